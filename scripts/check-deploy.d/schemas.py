"""Writes the strict JSON Schemas of one version of Kubernetes for kubeconform: schemas.py v1.34.0 FOLDER.

They come out of the package kubernetes-validate, where each refers to a common file by a web address. Here each holds what it
refers to, so that nothing is fetched.
"""

import json
import pathlib
import sys

import kubernetes_validate

KINDS = ["configmap-v1", "deployment-apps-v1", "horizontalpodautoscaler-autoscaling-v2", "namespace-v1",
         "networkpolicy-networking-v1", "poddisruptionbudget-policy-v1", "service-v1", "serviceaccount-v1"]

version, folder = sys.argv[1], pathlib.Path(sys.argv[2])
source = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / f"{version}-local-strict"


def read(name):
    return json.loads((source / f"{name}.json").read_text().replace('"/api/_definitions.json#', '"#'))


folder.mkdir()
definitions = read("_definitions")["$defs"]
for kind in KINDS:
    schema = read(kind)
    # Else references would be looked up at the address that it says it has.
    del schema["$id"]
    schema["$defs"] = definitions
    (folder / f"{kind}.json").write_text(json.dumps(schema))
