package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// storeSample makes both buckets and puts the file where the cutter looks for the sample episode's audio.
func storeSample(ctx context.Context, path string) (string, error) {
	source, _ := setting("S3_SOURCE_BUCKET", "pod-insights-raw")
	clips, _ := setting("S3_CLIPS_BUCKET", "pod-insights-clips")
	client, err := objectStore()
	if err != nil {
		return "", err
	}
	for _, bucket := range []string{source, clips} {
		if err := makeBucket(ctx, client, bucket); err != nil {
			return "", fmt.Errorf("bucket %s: %w", bucket, err)
		}
	}
	allowBrowsers(ctx, client, clips)
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	key := fmt.Sprintf("%s/%s/audio/%s_%s_audio.mp3", sampleFeed, sampleGUID, sampleName, sampleGUID[:8])
	_, err = client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &source, Key: &key, Body: file, ContentType: aws.String("audio/mpeg"),
	})
	if err != nil {
		return "", fmt.Errorf("%s/%s: %w", source, key, err)
	}
	return source + "/" + key, nil
}

func objectStore() (*s3.Client, error) {
	var values [3]string
	for index, name := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		value, err := setting(name)
		if err != nil {
			return nil, err
		}
		values[index] = value
	}
	region, _ := setting("AWS_REGION", "us-east-1")
	return s3.New(s3.Options{
		BaseEndpoint: &values[0],
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider(values[1], values[2], ""),
		UsePathStyle: true,
	}), nil
}

func makeBucket(ctx context.Context, client *s3.Client, bucket string) error {
	_, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket})
	var owned *types.BucketAlreadyOwnedByYou
	if errors.As(err, &owned) {
		return nil
	}
	return err
}

// allowBrowsers lets web pages of any origin play and seek in clips. Not every store knows how; clips work without.
func allowBrowsers(ctx context.Context, client *s3.Client, bucket string) {
	_, err := client.PutBucketCors(ctx, &s3.PutBucketCorsInput{
		Bucket: &bucket,
		CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{{
			AllowedMethods: []string{"GET", "HEAD"},
			AllowedOrigins: []string{"*"},
			AllowedHeaders: []string{"Range"},
			ExposeHeaders:  []string{"Content-Range", "Content-Length", "ETag"},
			MaxAgeSeconds:  aws.Int32(3600),
		}}},
	})
	var answer smithy.APIError
	if errors.As(err, &answer) {
		fmt.Fprintf(os.Stderr, "seed: the store refuses CORS rules (%s); web pages of other origins can't read clips\n",
			answer.ErrorCode())
	}
}
