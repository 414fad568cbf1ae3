package main

import (
	"encoding/json"
	"fmt"
	"net"
	"sync"
)

// Proxy passes bytes on between those who connect and its target.
//
// "stall" keeps every connection and takes new ones, but moves no byte either way; what was on its way goes on when
// "pass" comes, so that nothing is lost and no protocol is broken. "down" resets every connection and each new one.
type Proxy struct {
	target string

	lock    sync.Mutex
	changed *sync.Cond
	mode    string
	pairs   map[*pair]struct{}
	count   proxyCounts
}

type proxyCounts struct {
	// Connections that were passed on, and those that the target did not take.
	Connections int64 `json:"connections"`
	Refused     int64 `json:"refused"`
	// Connections reset while the proxy was, or went, down.
	Reset int64 `json:"reset"`
	// Pieces of data that had to wait for the end of a stall.
	Held  int64 `json:"held"`
	Bytes int64 `json:"bytes"`
}

type pair struct{ client, server *net.TCPConn }

func newProxy(target string) *Proxy {
	proxy := &Proxy{target: target, mode: "pass", pairs: map[*pair]struct{}{}}
	proxy.changed = sync.NewCond(&proxy.lock)
	return proxy
}

func (proxy *Proxy) set(orders *json.Decoder) error {
	var order struct{ Mode string }
	if err := orders.Decode(&order); err != nil {
		return err
	}
	switch order.Mode {
	case "pass", "stall", "down":
		proxy.become(order.Mode)
		return nil
	}
	return fmt.Errorf("'%s' is no mode", order.Mode)
}

func (proxy *Proxy) become(mode string) {
	proxy.lock.Lock()
	defer proxy.lock.Unlock()
	proxy.mode = mode
	if mode == "down" {
		for pair := range proxy.pairs {
			proxy.count.Reset++
			pair.reset()
		}
	}
	proxy.changed.Broadcast()
}

func (proxy *Proxy) counts(reset bool) any {
	proxy.lock.Lock()
	defer proxy.lock.Unlock()
	counted := proxy.count
	if reset {
		proxy.count = proxyCounts{}
	}
	return counted
}

func (proxy *Proxy) serve(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go proxy.connect(client.(*net.TCPConn))
	}
}

func (proxy *Proxy) connect(client *net.TCPConn) {
	if proxy.is("down") {
		proxy.add(func(count *proxyCounts) { count.Reset++ })
		reset(client)
		return
	}
	server, err := net.Dial("tcp", proxy.target)
	if err != nil {
		proxy.add(func(count *proxyCounts) { count.Refused++ })
		reset(client)
		return
	}
	both := &pair{client, server.(*net.TCPConn)}
	proxy.lock.Lock()
	proxy.count.Connections++
	proxy.pairs[both] = struct{}{}
	proxy.lock.Unlock()
	var done sync.WaitGroup
	done.Add(2)
	go proxy.move(both.client, both.server, &done)
	go proxy.move(both.server, both.client, &done)
	done.Wait()
	proxy.lock.Lock()
	delete(proxy.pairs, both)
	proxy.lock.Unlock()
	client.Close()
	server.Close()
}

func (proxy *Proxy) move(from, to *net.TCPConn, done *sync.WaitGroup) {
	defer done.Done()
	piece := make([]byte, 64<<10)
	for {
		count, err := from.Read(piece)
		if count > 0 {
			proxy.pass(int64(count))
			if _, failed := to.Write(piece[:count]); failed != nil {
				from.CloseRead()
				return
			}
		}
		if err != nil {
			proxy.pass(0)
			to.CloseWrite()
			return
		}
	}
}

// pass waits for the end of a stall.
func (proxy *Proxy) pass(bytes int64) {
	proxy.lock.Lock()
	defer proxy.lock.Unlock()
	if proxy.mode == "stall" {
		proxy.count.Held++
	}
	for proxy.mode == "stall" {
		proxy.changed.Wait()
	}
	proxy.count.Bytes += bytes
}

func (proxy *Proxy) is(mode string) bool {
	proxy.lock.Lock()
	defer proxy.lock.Unlock()
	return proxy.mode == mode
}

func (proxy *Proxy) add(change func(*proxyCounts)) {
	proxy.lock.Lock()
	defer proxy.lock.Unlock()
	change(&proxy.count)
}

func (both *pair) reset() {
	reset(both.client)
	reset(both.server)
}

// reset ends a connection without the usual goodbye.
func reset(connection *net.TCPConn) {
	connection.SetLinger(0)
	connection.Close()
}
