package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/bsonrw"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

func connect(ctx context.Context) (*mongo.Client, error) {
	uri, err := setting("MONGODB_URI")
	if err != nil {
		return nil, err
	}
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(uri))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", uri, err)
	}
	return client, nil
}

func insert(ctx context.Context, database, collection string, from io.Reader) error {
	documents, err := readDocuments(from)
	if err != nil || len(documents) == 0 {
		return err
	}
	client, err := connect(ctx)
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	_, err = client.Database(database).Collection(collection).InsertMany(ctx, documents)
	return err
}

func find(ctx context.Context, database, collection, filter string, to io.Writer) error {
	var wanted bson.D
	if err := bson.UnmarshalExtJSON([]byte(filter), false, &wanted); err != nil {
		return fmt.Errorf("filter %s: %w", filter, err)
	}
	client, err := connect(ctx)
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	byID := options.Find().SetSort(bson.D{{Key: "_id", Value: 1}})
	cursor, err := client.Database(database).Collection(collection).Find(ctx, wanted, byID)
	if err != nil {
		return err
	}
	for cursor.Next(ctx) {
		line, err := bson.MarshalExtJSON(cursor.Current, true, false)
		if err != nil {
			return err
		}
		fmt.Fprintf(to, "%s\n", line)
	}
	return cursor.Err()
}

func drop(ctx context.Context, database string) error {
	client, err := connect(ctx)
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	return client.Database(database).Drop(ctx)
}

func readDocuments(from io.Reader) ([]any, error) {
	reader, err := bsonrw.NewExtJSONValueReader(from, false)
	if err != nil {
		return nil, err
	}
	decoder, err := bson.NewDecoder(reader)
	if err != nil {
		return nil, err
	}
	var documents []any
	for {
		var document bson.D
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", len(documents)+1, err)
		}
		documents = append(documents, document)
	}
}
