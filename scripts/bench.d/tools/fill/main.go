// Command fill writes records to a topic of ready clips as a cutter does, for clips that nobody ever cut: so a
// gateway's table is full within seconds.
//
//	fill BROKERS TOPIC COUNT
//
// The clips are those of 1,000 episodes, whose ids are made of their number: 00000000000000000000000a is the eleventh.
// Each is 30 s long, and the next of an episode starts 30 s later.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	episodes   = 1000
	durationMs = 30_000
	lifetime   = 30 * 24 * time.Hour
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1)
	}
}

func run(words []string) error {
	if len(words) != 3 {
		return fmt.Errorf("expected BROKERS TOPIC COUNT")
	}
	count, err := strconv.Atoi(words[2])
	if err != nil || count < 1 {
		return fmt.Errorf("'%s' is not a number of records", words[2])
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(words[0], ",")...), kgo.DefaultProduceTopic(words[1]),
		kgo.ProducerLinger(5*time.Millisecond))
	if err != nil {
		return err
	}
	defer client.Close()
	var failures atomic.Int64
	now := time.Now().Unix()
	for number := 0; number < count; number++ {
		client.Produce(ctx, record(number, now), func(_ *kgo.Record, err error) {
			if err != nil && failures.Add(1) == 1 {
				fmt.Fprintln(os.Stderr, "fill:", err)
			}
		})
	}
	if err := client.Flush(ctx); err != nil {
		return err
	}
	if failed := failures.Load(); failed > 0 {
		return fmt.Errorf("%d of %d records were not taken", failed, count)
	}
	return nil
}

func record(number int, now int64) *kgo.Record {
	episode := fmt.Sprintf("%024x", number%episodes)
	start := number / episodes * durationMs
	window := fmt.Sprintf("%d-%d", start, start+durationMs)
	id := fmt.Sprintf("%s/%s.mp3", episode, window)
	value := fmt.Sprintf(
		`{"clip_id":"%s","object_key":"audio_clips/%s/%s_v2-0123abcd.mp3","start_ms":%d,"duration_ms":%d,`+
			`"size_bytes":480653,"stored_at":%d,"object_expires_at":%d,"source_checked_at":%d,"exact":"sample","cut":true}`,
		id, episode, window, start, durationMs, now, now+int64(lifetime.Seconds()), now)
	return &kgo.Record{
		Key:   []byte(id),
		Value: []byte(value),
		Headers: []kgo.RecordHeader{
			{Key: "ce_specversion", Value: []byte("1.0")},
			{Key: "ce_type", Value: []byte("cutroom.clip.ready.v1")},
			{Key: "ce_source", Value: []byte("/bench")},
			{Key: "ce_id", Value: []byte(strconv.Itoa(number))},
			{Key: "ce_subject", Value: []byte(id)},
			{Key: "content-type", Value: []byte("application/json")},
		},
	}
}
