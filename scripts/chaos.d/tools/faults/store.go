package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
)

// Store passes requests on to an S3 store, breaks the share of them that its fault says, and counts all by key.
type Store struct {
	forward *httputil.ReverseProxy
	parties map[string]party

	lock    sync.Mutex
	changed *sync.Cond
	fault   Fault
	count   storeCounts
	dice    *rand.Rand
}

// Fault is what happens to requests.
type Fault struct {
	// "pass"; "503", which is SlowDown; "hang", which reads the request and never answers; "cut", which ends the
	// connection in the middle of a body, whichever way it goes; "hold", which passes on only once the fault is another.
	Mode string `json:"mode"`
	// Only requests with this method, if it says one, and to this bucket, if it says one.
	Method string `json:"method"`
	Bucket string `json:"bucket"`
	// Only requests for an object, not those that list a bucket.
	Objects bool `json:"objects"`
	// The share of those that is hit, 0 to 1; 0 is taken for all.
	Share float64 `json:"share"`
	// A tcp proxy that stalls as soon as a PUT to Bucket is stored and before its sender knows.
	StallOnPut string `json:"stall_on_put"`
}

// What cutters write to see whether clips can be: no clip, and not counted.
const probe = "audio_clips/.probe"

type storeCounts struct {
	Requests int64 `json:"requests"`
	// Those that were broken or held.
	Hit int64 `json:"hit"`
	// By bucket/key: PUTs begun, and those that the store answered with 2xx or 412.
	Puts        map[string]int `json:"puts"`
	Stored      map[string]int `json:"stored"`
	AlreadyHere map[string]int `json:"already_here"`
}

func newCounts() storeCounts {
	return storeCounts{Puts: map[string]int{}, Stored: map[string]int{}, AlreadyHere: map[string]int{}}
}

func newStore(target string, parties map[string]party) *Store {
	store := &Store{
		parties: parties, fault: Fault{Mode: "pass"}, count: newCounts(), dice: rand.New(rand.NewPCG(1, 2)),
	}
	store.changed = sync.NewCond(&store.lock)
	store.forward = &httputil.ReverseProxy{
		// The name of the host stays as the sender signed it.
		Rewrite:      func(request *httputil.ProxyRequest) { request.Out.URL.Scheme, request.Out.URL.Host = "http", target },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		Transport:    &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 256},
	}
	store.forward.ModifyResponse = store.answered
	return store
}

func (store *Store) set(orders *json.Decoder) error {
	var fault Fault
	if err := orders.Decode(&fault); err != nil {
		return err
	}
	switch fault.Mode {
	case "pass", "503", "hang", "cut", "hold":
	default:
		return fmt.Errorf("'%s' is no mode", fault.Mode)
	}
	store.lock.Lock()
	store.fault = fault
	store.changed.Broadcast()
	store.lock.Unlock()
	return nil
}

func (store *Store) counts(reset bool) any {
	store.lock.Lock()
	defer store.lock.Unlock()
	// As bytes, since the maps go on changing.
	text, _ := json.Marshal(store.count)
	if reset {
		store.count = newCounts()
	}
	return json.RawMessage(text)
}

func (store *Store) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
	switch store.arrived(request.Method, bucket, key) {
	case "503":
		answer.Header().Set("Content-Type", "application/xml")
		answer.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(answer, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code>`+
			`<Message>Please reduce your request rate.</Message></Error>`)
	case "hang":
		// Only a body that is read to its end lets the server see that the sender has gone.
		io.Copy(io.Discard, request.Body)
		<-request.Context().Done()
	case "cut":
		if request.ContentLength > 0 {
			request.Body.Read(make([]byte, 1+request.ContentLength/2))
			panic(http.ErrAbortHandler)
		}
		store.forward.ServeHTTP(&half{ResponseWriter: answer}, request)
	case "hold":
		store.hold()
		store.forward.ServeHTTP(answer, request)
	default:
		store.forward.ServeHTTP(answer, request)
	}
}

// arrived counts a request and says what becomes of it.
func (store *Store) arrived(method, bucket, key string) string {
	store.lock.Lock()
	defer store.lock.Unlock()
	store.count.Requests++
	if method == http.MethodPut && key != "" && key != probe {
		store.count.Puts[bucket+"/"+key]++
	}
	fault := store.fault
	switch {
	case fault.Mode == "pass", fault.Method != "" && fault.Method != method, fault.Bucket != "" && fault.Bucket != bucket,
		fault.Objects && key == "", fault.Share > 0 && store.dice.Float64() >= fault.Share:
		return "pass"
	}
	store.count.Hit++
	return fault.Mode
}

func (store *Store) hold() {
	store.lock.Lock()
	defer store.lock.Unlock()
	for store.fault.Mode == "hold" {
		store.changed.Wait()
	}
}

// answered sees what the store has answered before its sender does.
func (store *Store) answered(answer *http.Response) error {
	if answer.Request.Method != http.MethodPut {
		return nil
	}
	place := strings.TrimPrefix(answer.Request.URL.Path, "/")
	if strings.HasSuffix(place, "/"+probe) {
		return nil
	}
	store.lock.Lock()
	defer store.lock.Unlock()
	switch {
	case answer.StatusCode/100 == 2:
		store.count.Stored[place]++
	case answer.StatusCode == http.StatusPreconditionFailed:
		store.count.AlreadyHere[place]++
	}
	bucket, _, _ := strings.Cut(place, "/")
	if proxy, is := store.parties[store.fault.StallOnPut].(*Proxy); is && bucket == store.fault.Bucket {
		proxy.become("stall")
	}
	return nil
}

// half passes on the first half of a body and then ends the connection.
type half struct {
	http.ResponseWriter
	left int64
}

func (half *half) WriteHeader(status int) {
	var length int64
	fmt.Sscan(half.Header().Get("Content-Length"), &length)
	half.left = length / 2
	half.ResponseWriter.WriteHeader(status)
}

func (half *half) Write(bytes []byte) (int, error) {
	if int64(len(bytes)) <= half.left {
		half.left -= int64(len(bytes))
		return half.ResponseWriter.Write(bytes)
	}
	half.ResponseWriter.Write(bytes[:half.left])
	if flusher, is := half.ResponseWriter.(http.Flusher); is {
		flusher.Flush()
	}
	panic(http.ErrAbortHandler)
}
