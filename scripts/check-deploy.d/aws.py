"""Creates and deletes the stack of deploy/aws on moto's server, and holds the template against docs/operations.md.

moto is a program that answers as AWS would, on a port of 127.0.0.1; nothing leaves this machine. Its CloudFormation makes the
buckets, policies, roles and topic, and looks at no more of a bucket than its name and encryption; alarms and CloudFront it
leaves out. So what these are to be like is read from the template with its parameters filled in; bucket policy, lifecycle, CORS
and alarms are then given to moto by the calls of S3 and CloudWatch.
"""

import io
import json
import logging
import os
import pathlib
import sys
import warnings

# Before boto3 looks for any: these count nowhere, and no file of the user's is read.
os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1",
                  AWS_CONFIG_FILE="/nonexistent", AWS_SHARED_CREDENTIALS_FILE="/nonexistent", AWS_EC2_METADATA_DISABLED="true")
os.environ.pop("AWS_PROFILE", None)

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

from template import Template  # noqa: E402

TEXT = pathlib.Path("deploy/aws/cutroom.yaml").read_text()
KEY = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----\n"
ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"
FULL = {"ClipsBucketName": "clips", "SourceBucketName": "sources", "CreateSourceBucket": "yes", "ClipLifetimeDays": "7",
        "WebOrigins": "https://a.example.org,https://b.example.org", "OidcProvider": ISSUER, "SigningKey": KEY,
        "NextSigningKey": KEY, "AlarmEmail": "operator@example.org"}
# What moto's CloudFormation leaves out, though it says so only in a warning.
LEFT_OUT = {"AWS::S3::BucketPolicy", "AWS::CloudFront::OriginAccessControl", "AWS::CloudFront::PublicKey",
            "AWS::CloudFront::KeyGroup", "AWS::CloudFront::Distribution", "AWS::CloudWatch::Alarm"}
faults = []


def need(holds, text):
    if not holds:
        faults.append(text)


def listed(value):
    return value if isinstance(value, list) else [value]


def statements(document):
    """Action and resource of all that a policy allows, however it is written."""
    return sorted((action, resource) for one in document["Statement"] if one["Effect"] == "Allow"
                  for action in listed(one["Action"]) for resource in listed(one["Resource"]))


def documented(user):
    """What the two policies in docs/operations.md allow a user."""
    text = pathlib.Path("docs/operations.md").read_text()
    allowed = []
    for name in ("sources.json", "clips.json"):
        document = json.loads(text.split(f"cat >{name} <<'END'\n")[1].split("    END\n")[0])
        allowed += statements({"Statement": [one for one in document["Statement"] if user in one["Principal"]["AWS"]]})
    return sorted(allowed)


def create(at, name, parameters):
    """Creates the stack, holds what was made against the template, and answers its outputs."""
    client = boto3.client("cloudformation", **at)
    words = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    # moto looks up the outputs of what it left out, so the stack goes without those.
    text = TEXT[:TEXT.index("\n  ClipsDomain:")]
    client.create_stack(StackName=name, TemplateBody=text, Parameters=words, Capabilities=["CAPABILITY_IAM"])
    (told,) = client.describe_stacks(StackName=name)["Stacks"]
    need(told["StackStatus"] == "CREATE_COMPLETE", f"{name}: {told['StackStatus']}")
    made = {one["LogicalResourceId"]: one["PhysicalResourceId"]
            for one in client.describe_stack_resources(StackName=name)["StackResources"] if "LogicalResourceId" in one}
    expected = {one for one, (kind, _) in Template(TEXT, parameters).resources().items() if kind not in LEFT_OUT}
    need(set(made) == expected, f"{name}: made {sorted(made)} (expected: {sorted(expected)})")
    return {one["OutputKey"]: one["OutputValue"] for one in told.get("Outputs", [])}


def check_bucket(s3, resources, name, days):
    _, bucket = resources[name]
    _, policy = resources[f"{name}Policy"]
    real = bucket["BucketName"]
    need(len(bucket["PublicAccessBlockConfiguration"]) == 4 and all(bucket["PublicAccessBlockConfiguration"].values()),
         f"{name}: may be public")
    need(bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}], f"{name}: has ACLs")
    refused = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
    need([(one["Principal"], one["Action"], one["Resource"], one["Condition"]) for one in refused] ==
         [("*", "s3:*", [f"<{name}.Arn>", f"<{name}.Arn>/*"], {"Bool": {"aws:SecureTransport": "false"}})],
         f"{name}: can be had without TLS")
    s3.put_bucket_policy(Bucket=real, Policy=json.dumps(policy["PolicyDocument"]))
    need(s3.get_bucket_encryption(Bucket=real)["ServerSideEncryptionConfiguration"]["Rules"], f"{name}: is not encrypted")
    if days is None:
        return
    rules = [{"ID": one["Id"], "Status": one["Status"], "Filter": {"Prefix": one.get("Prefix", "")},
              **({"Expiration": {"Days": int(one["ExpirationInDays"])}} if "ExpirationInDays" in one else {}),
              **({"AbortIncompleteMultipartUpload": one["AbortIncompleteMultipartUpload"]}
                 if "AbortIncompleteMultipartUpload" in one else {})}
             for one in bucket["LifecycleConfiguration"]["Rules"]]
    s3.put_bucket_lifecycle_configuration(Bucket=real, LifecycleConfiguration={"Rules": rules})
    ends = {one["Filter"]["Prefix"]: one["Expiration"]["Days"]
            for one in s3.get_bucket_lifecycle_configuration(Bucket=real)["Rules"]
            if one["Status"] == "Enabled" and "Expiration" in one}
    need(ends == {"audio_clips/": days, "layouts/": days}, f"{name}: objects end after {ends} (expected: {days} days)")
    renamed = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    cors = [{renamed.get(key, key): value for key, value in one.items()} for one in bucket["CorsConfiguration"]["CorsRules"]]
    s3.put_bucket_cors(Bucket=real, CORSConfiguration={"CORSRules": cors})
    (found,) = s3.get_bucket_cors(Bucket=real)["CORSRules"]
    need((found["AllowedMethods"], found["AllowedHeaders"], sorted(found["ExposeHeaders"])) ==
         (["GET", "HEAD"], ["Range"], ["Content-Length", "Content-Range", "ETag"]), f"{name}: CORS is {found}")


def check_policies(iam, outputs):
    for service in ("gateway", "cutter", "purge"):
        arn = outputs[f"{service.capitalize()}Policy"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = statements(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])
        expected = documented(f"cutroom-{service}")
        need(expected and found == expected, f"{service}: may {found} (expected, by docs/operations.md: {expected})")


def check_roles(iam, outputs, resources):
    for service in ("gateway", "cutter"):
        name = outputs[f"{service.capitalize()}Role"].split("/")[-1]
        (trust,) = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
        need(trust["Condition"] == {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com",
                                                     f"{ISSUER}:sub": f"system:serviceaccount:cutroom:{service}"}},
             f"{service}: its role trusts {trust}")
        # moto attaches nothing.
        attached = resources[f"{service.capitalize()}Role"][1]["ManagedPolicyArns"]
        need(attached == [f"<{service.capitalize()}Policy>"], f"{service}: its role has {attached}")


def check_cloudfront(resources):
    _, policy = resources["ClipsBucketPolicy"]
    (allowed,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    need(allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"} and allowed["Action"] == "s3:GetObject"
         and allowed["Resource"] == "<ClipsBucket.Arn>/audio_clips/*"
         and allowed["Condition"] == {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/<Distribution>"}},
         f"CloudFront may {allowed}")
    config = resources["Distribution"][1]["DistributionConfig"]
    (origin,) = config["Origins"]
    need(origin["OriginAccessControlId"] == "<OriginAccessControl.Id>", "CloudFront reads the bucket as nobody")
    need(origin["DomainName"] == "<ClipsBucket.RegionalDomainName>", f"CloudFront reads {origin['DomainName']}")
    need(resources["OriginAccessControl"][1]["OriginAccessControlConfig"]["SigningBehavior"] == "always",
         "CloudFront does not always sign")
    behaviour = config["DefaultCacheBehavior"]
    need(behaviour["ViewerProtocolPolicy"] == "https-only", "CloudFront serves without TLS")
    need(behaviour.get("TrustedKeyGroups") == ["<KeyGroup>"], "CloudFront serves clips to everybody")
    need(resources["KeyGroup"][1]["KeyGroupConfig"]["Items"] == ["<PublicKey>", "<NextPublicKey>"],
         "two keys can't be valid at once")


def check_alarms(watch, resources):
    alarms = {name: values for name, (kind, values) in resources.items() if kind == "AWS::CloudWatch::Alarm"}
    need(set(alarms) == {"StoreErrors", "ClipsRefused", "CloudFrontErrors"}, f"alarms: {sorted(alarms)}")
    for name, values in alarms.items():
        need(values["AlarmActions"] == values["OKActions"] == ["<AlarmTopic>"], f"{name}: tells nobody")
        watch.put_metric_alarm(AlarmName=name, **values)
    need(len(watch.describe_alarms()["MetricAlarms"]) == 3, "CloudWatch does not take every alarm")


def main(at):
    s3, iam, watch, formation = (boto3.client(name, **at) for name in ("s3", "iam", "cloudwatch", "cloudformation"))

    outputs = create(at, "plain", {})
    resources = Template(TEXT, {}).resources()
    need(set(resources) == {"ClipsBucket", "ClipsBucketPolicy", "GatewayPolicy", "CutterPolicy", "PurgePolicy"},
         f"without a word there are {sorted(resources)}")
    need(not statements(resources["ClipsBucketPolicy"][1]["PolicyDocument"]), "the bucket lets somebody in by itself")
    check_bucket(s3, resources, "ClipsBucket", 30)
    check_policies(iam, outputs)
    formation.delete_stack(StackName="plain")

    outputs = create(at, "full", FULL)
    resources = Template(TEXT, FULL).resources()
    check_bucket(s3, resources, "ClipsBucket", 7)
    check_bucket(s3, resources, "SourceBucket", None)
    need(s3.get_bucket_cors(Bucket="clips")["CORSRules"][0]["AllowedOrigins"] == FULL["WebOrigins"].split(","),
         "the origins are others")
    check_roles(iam, outputs, resources)
    check_cloudfront(resources)
    check_alarms(watch, resources)
    need(len(Template(TEXT, {**FULL, "NextSigningKey": ""}).resources()["KeyGroup"][1]["KeyGroupConfig"]["Items"]) == 1,
         "there is a second key though none is given")


# A line for each request, and a warning for each resource that moto leaves out.
logging.getLogger("werkzeug").setLevel(logging.ERROR)
warnings.simplefilter("ignore")
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
out, err, sys.stdout, sys.stderr = sys.stdout, sys.stderr, io.StringIO(), io.StringIO()
try:
    server.start()
    main({"endpoint_url": f"http://127.0.0.1:{server.get_host_and_port()[1]}"})
finally:
    server.stop()
    sys.stdout, sys.stderr = out, err
print("\n".join(faults))
sys.exit(1 if faults else 0)
