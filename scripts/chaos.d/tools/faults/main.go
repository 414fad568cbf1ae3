// Command faults stands between the services and what they need, and breaks it when it is told to.
//
//	faults CONTROL KIND,NAME,LISTEN,TARGET…
//
// CONTROL, LISTEN and TARGET are host:port; KIND is tcp or s3. All pass everything on until they are told otherwise by
// HTTP on CONTROL:
//
//	PUT  /NAME    {"mode": "pass" | "stall" | "down"}   a tcp proxy; see Proxy
//	PUT  /NAME    a Fault as JSON                        an s3 proxy; see Fault
//	GET  /NAME    what it has counted since it was last asked with ?reset=1
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
)

// party is anything that CONTROL can talk to.
type party interface {
	// set makes it behave as the JSON says.
	set(orders *json.Decoder) error
	// counts is a value that becomes JSON.
	counts(reset bool) any
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func run(words []string) error {
	if len(words) < 2 {
		return fmt.Errorf("expected CONTROL KIND,NAME,LISTEN,TARGET…")
	}
	parties := map[string]party{}
	for _, word := range words[1:] {
		parts := strings.Split(word, ",")
		if len(parts) != 4 {
			return fmt.Errorf("'%s' is not KIND,NAME,LISTEN,TARGET", word)
		}
		listener, err := net.Listen("tcp", parts[2])
		if err != nil {
			return err
		}
		switch parts[0] {
		case "tcp":
			proxy := newProxy(parts[3])
			go proxy.serve(listener)
			parties[parts[1]] = proxy
		case "s3":
			store := newStore(parts[3], parties)
			go http.Serve(listener, store)
			parties[parts[1]] = store
		default:
			return fmt.Errorf("'%s' is neither tcp nor s3", parts[0])
		}
	}
	return http.ListenAndServe(words[0], control(parties))
}

func control(parties map[string]party) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		asked, known := parties[strings.TrimPrefix(request.URL.Path, "/")]
		if !known {
			http.Error(answer, "nobody has this name", http.StatusNotFound)
			return
		}
		if request.Method == http.MethodPut {
			if err := asked.set(json.NewDecoder(request.Body)); err != nil {
				http.Error(answer, err.Error(), http.StatusBadRequest)
				return
			}
		}
		answer.Header().Set("Content-Type", "application/json")
		json.NewEncoder(answer).Encode(asked.counts(request.URL.Query().Get("reset") != ""))
	})
}
