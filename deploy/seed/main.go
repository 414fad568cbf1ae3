// Command seed puts data where Cutroom's services look for them, and looks at what they left there, through MongoDB's
// and Amazon's own client libraries. It is for the local stack and for tests.
//
//	seed sample FOLDER                         makes the buckets and loads the sample episode out of FOLDER
//	seed insert DATABASE COLLECTION            inserts the documents on standard input (extended JSON, one after another)
//	seed find DATABASE COLLECTION [FILTER]     prints the documents that match, by _id, one line of extended JSON each
//	seed drop DATABASE                         removes a database
//
// The servers are named by MONGODB_URI, MONGODB_DATABASE, AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY, S3_SOURCE_BUCKET and S3_CLIPS_BUCKET, as they are for the services.
package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("expected sample, insert, find or drop")
	}
	verb, words := words[0], words[1:]
	switch {
	case verb == "sample" && len(words) == 1:
		return sample(ctx, words[0])
	case verb == "insert" && len(words) == 2:
		return insert(ctx, words[0], words[1], os.Stdin)
	case verb == "find" && (len(words) == 2 || len(words) == 3):
		filter := "{}"
		if len(words) == 3 {
			filter = words[2]
		}
		return find(ctx, words[0], words[1], filter, os.Stdout)
	case verb == "drop" && len(words) == 1:
		return drop(ctx, words[0])
	}
	return fmt.Errorf("'%s' with %d words after it is not known", verb, len(words))
}

// setting is a variable of the environment that must be there, unless a default is given.
func setting(name string, otherwise ...string) (string, error) {
	if value := os.Getenv(name); value != "" {
		return value, nil
	}
	if len(otherwise) > 0 {
		return otherwise[0], nil
	}
	return "", fmt.Errorf("%s is not set", name)
}
