package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
)

const userPrefix = "user"

// service is a fake cloud desktop service and the backend for the states.
type service struct {
	*httptest.Server

	mu     sync.Mutex
	fake   *desktoptest.Server
	states map[string][]byte
	// called holds the times at which the callbacks with the users' desktops
	// were sent. next holds the times until the next request for each user.
	called map[string]time.Time
	next   map[string]time.Duration
}

func startService() *service {
	s := &service{fake: desktoptest.New()}
	s.Server = httptest.NewServer(s)
	return s
}

// Close also ends running requests.
func (s *service) Close() {
	s.Server.Close()
	s.fake.Close()
}

// reset removes all states and desktops, and creates this number of users.
func (s *service) reset(users int) {
	fake := desktoptest.New()
	for i := range users {
		fake.AddUser(fmt.Sprint(userPrefix, i))
	}
	fake.Callback(desktoptest.Apply, -1, func(op *desktoptest.Task) {
		result := op.Execute()
		user, _ := result.Data["username"].(string)
		s.mu.Lock()
		s.called[user] = time.Now()
		s.mu.Unlock()
		op.Send(result)
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fake.Close()
	s.fake, s.states = fake, map[string][]byte{}
	s.called, s.next = map[string]time.Time{}, map[string]time.Duration{}
}

// requests counts the requests since the last reset.
func (s *service) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.fake.Requests())
}

// latencies returns the time between each callback and the next request of its
// order, sorted.
func (s *service) latencies() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Values(s.next))
}

// ServeHTTP answers requests for states and passes all others to the fake.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if name, ok := strings.CutPrefix(r.URL.Path, "/state/"); ok {
		defer s.mu.Unlock()
		s.state(w, r, name)
		return
	}
	if user, ok := strings.CutPrefix(strings.TrimSuffix(r.URL.Path, "/desktops"), "/api/user/"); ok {
		if at, ok := s.called[user]; ok && s.next[user] == 0 {
			s.next[user] = time.Since(at)
		}
	}
	fake := s.fake
	s.mu.Unlock()
	fake.ServeHTTP(w, r)
}

// state implements the protocol of Terraform's http backend.
func (s *service) state(w http.ResponseWriter, r *http.Request, name string) {
	switch r.Method {
	case http.MethodGet:
		content, ok := s.states[name]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write(content)
	case http.MethodPost:
		content, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.states[name] = content
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}
