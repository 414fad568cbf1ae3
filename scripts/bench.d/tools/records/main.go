// Command records writes any record to Kafka and reads back what lies there, also what no client of ours would write.
//
//	records BROKERS write           writes the records on standard input, and waits until all are acknowledged
//	records BROKERS read TOPIC…     prints all records that the topics hold now
//
// A record is a line of JSON: {"topic", "key", "value", "headers": [{"name", "value"}]}, and when read "partition" and
// "offset". Keys and values are in base64; null is a record without one.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

type record struct {
	Topic     string   `json:"topic"`
	Partition int32    `json:"partition"`
	Offset    int64    `json:"offset"`
	Key       []byte   `json:"key"`
	Value     []byte   `json:"value"`
	Headers   []header `json:"headers"`
}

type header struct {
	Name  string `json:"name"`
	Value []byte `json:"value"`
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "records:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, words []string) error {
	if len(words) < 2 {
		return fmt.Errorf("expected BROKERS and write or read")
	}
	brokers := strings.Split(words[0], ",")
	switch words[1] {
	case "write":
		return write(ctx, brokers, os.Stdin)
	case "read":
		return read(ctx, brokers, words[2:])
	}
	return fmt.Errorf("'%s' is neither write nor read", words[1])
}

func write(ctx context.Context, brokers []string, from io.Reader) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.ProducerBatchMaxBytes(1_000_012))
	if err != nil {
		return err
	}
	defer client.Close()
	var lock sync.Mutex
	var failure error
	lines := json.NewDecoder(bufio.NewReaderSize(from, 1<<20))
	for {
		var next record
		if err := lines.Decode(&next); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		out := &kgo.Record{Topic: next.Topic, Key: next.Key, Value: next.Value}
		for _, header := range next.Headers {
			out.Headers = append(out.Headers, kgo.RecordHeader{Key: header.Name, Value: header.Value})
		}
		client.Produce(ctx, out, func(_ *kgo.Record, err error) {
			if err != nil {
				lock.Lock()
				failure = err
				lock.Unlock()
			}
		})
	}
	if err := client.Flush(ctx); err != nil {
		return err
	}
	lock.Lock()
	defer lock.Unlock()
	return failure
}

func read(ctx context.Context, brokers []string, topics []string) error {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(brokers...), kgo.ConsumeTopics(topics...), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return err
	}
	defer client.Close()
	left, err := held(ctx, client, topics)
	// A broker that has just started knows its partitions a little later.
	for attempt := 0; err != nil && attempt < 20 && ctx.Err() == nil; attempt++ {
		time.Sleep(500 * time.Millisecond)
		left, err = held(ctx, client, topics)
	}
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	lines := json.NewEncoder(out)
	for left > 0 {
		fetched := client.PollFetches(ctx)
		if err := fetched.Err(); err != nil {
			return err
		}
		for _, found := range fetched.Records() {
			left--
			line := record{
				Topic: found.Topic, Partition: found.Partition, Offset: found.Offset, Key: found.Key, Value: found.Value,
			}
			for _, one := range found.Headers {
				line.Headers = append(line.Headers, header{one.Key, one.Value})
			}
			if err := lines.Encode(line); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// held counts the records that the topics hold; without transactions and compaction each offset is one.
func held(ctx context.Context, client *kgo.Client, topics []string) (int64, error) {
	metadata := kmsg.NewPtrMetadataRequest()
	for _, topic := range topics {
		asked := kmsg.NewMetadataRequestTopic()
		asked.Topic = kmsg.StringPtr(topic)
		metadata.Topics = append(metadata.Topics, asked)
	}
	known, err := metadata.RequestWith(ctx, client)
	if err != nil {
		return 0, err
	}
	const start, end = -2, -1
	first, err := offsets(ctx, client, known, start)
	if err != nil {
		return 0, err
	}
	last, err := offsets(ctx, client, known, end)
	return last - first, err
}

// offsets sums those of all partitions at one of their two ends.
func offsets(ctx context.Context, client *kgo.Client, known *kmsg.MetadataResponse, at int64) (int64, error) {
	list := kmsg.NewPtrListOffsetsRequest()
	list.ReplicaID = -1
	for _, topic := range known.Topics {
		if err := kerr.ErrorForCode(topic.ErrorCode); err != nil {
			return 0, fmt.Errorf("%s: %w", *topic.Topic, err)
		}
		asked := kmsg.NewListOffsetsRequestTopic()
		asked.Topic = *topic.Topic
		for _, partition := range topic.Partitions {
			one := kmsg.NewListOffsetsRequestTopicPartition()
			one.Partition, one.Timestamp = partition.Partition, at
			asked.Partitions = append(asked.Partitions, one)
		}
		list.Topics = append(list.Topics, asked)
	}
	var total int64
	for _, shard := range client.RequestSharded(ctx, list) {
		if shard.Err != nil {
			return 0, shard.Err
		}
		for _, topic := range shard.Resp.(*kmsg.ListOffsetsResponse).Topics {
			for _, partition := range topic.Partitions {
				if err := kerr.ErrorForCode(partition.ErrorCode); err != nil {
					return 0, fmt.Errorf("%s, partition %d: %w", topic.Topic, partition.Partition, err)
				}
				total += partition.Offset
			}
		}
	}
	return total, nil
}
