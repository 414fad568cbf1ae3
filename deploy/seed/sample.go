package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// The sample episode is the one of the contract's example request.
const (
	sampleID   = "507f1f77bcf86cd799439011"
	sampleGUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
	sampleFeed = "time-marks"
	sampleName = "time-marks"
)

// markEvery is the distance between two spoken marks, in seconds.
const markEvery = 10

type mark struct {
	start float64
	text  string
}

// sample loads what scripts/parts/make-sample-episode made in folder. It may be run again and again.
func sample(ctx context.Context, folder string) error {
	marks, err := readMarks(filepath.Join(folder, "time-marks.tsv"))
	if err != nil {
		return err
	}
	source, err := storeSample(ctx, filepath.Join(folder, "time-marks.mp3"))
	if err != nil {
		return err
	}
	name, _ := setting("MONGODB_DATABASE", "podinsight")
	client, err := connect(ctx)
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	if err := describeSample(ctx, client.Database(name), marks); err != nil {
		return err
	}
	fmt.Printf("episode %s (guid %s, %d minutes) is at %s, with %d transcript chunks\n",
		sampleID, sampleGUID, len(marks)*markEvery/60, source, len(marks))
	return nil
}

func describeSample(ctx context.Context, database *mongo.Database, marks []mark) error {
	id, err := primitive.ObjectIDFromHex(sampleID)
	if err != nil {
		return err
	}
	if err := put(ctx, database, "episode_metadata", bson.D{
		{Key: "_id", Value: id},
		{Key: "guid", Value: sampleGUID},
		{Key: "title", Value: "Time marks"},
		{Key: "pubDate", Value: time.Date(2024, 12, 1, 6, 0, 0, 0, time.UTC)},
		{Key: "duration", Value: int32(len(marks) * markEvery)},
	}); err != nil {
		return err
	}
	for index, mark := range marks {
		if err := put(ctx, database, "transcript_chunks_768d", bson.D{
			{Key: "_id", Value: fmt.Sprintf("%s-%d", sampleGUID, index)},
			{Key: "episode_id", Value: sampleGUID},
			{Key: "feed_slug", Value: sampleFeed},
			{Key: "chunk_index", Value: int32(index)},
			{Key: "start_time", Value: mark.start},
			{Key: "text", Value: mark.text},
		}); err != nil {
			return err
		}
	}
	return put(ctx, database, "podcast_metadata", bson.D{
		{Key: "_id", Value: sampleFeed},
		{Key: "feed_slug", Value: sampleFeed},
		{Key: "episodes", Value: bson.A{bson.D{{Key: "guid", Value: sampleGUID}}}},
	})
}

// put stores a document under its _id, which is its first field, whether it is there already or not.
func put(ctx context.Context, database *mongo.Database, collection string, document bson.D) error {
	_, err := database.Collection(collection).ReplaceOne(
		ctx, bson.D{document[0]}, document, options.Replace().SetUpsert(true))
	if err != nil {
		return fmt.Errorf("%s: %w", collection, err)
	}
	return nil
}

func readMarks(path string) ([]mark, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var marks []mark
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		start, text, _ := strings.Cut(lines.Text(), "\t")
		seconds, err := strconv.ParseFloat(start, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		marks = append(marks, mark{seconds, text})
	}
	return marks, lines.Err()
}
