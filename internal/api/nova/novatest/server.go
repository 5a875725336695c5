// Package novatest is a strict fake of the remote consoles of OpenStack Nova
// and Huawei Cloud ECS, which implements their documents.
//
// Sources of Nova's answers: OpenStack Zed answered 300 without Location to a
// path without a version. It answered itemNotFound with the message of the web
// framework to an unknown path and to a microversion without the call. The
// other answers follow the documentation and the source of Nova: the list of
// versions at "/", badRequest for the ID of another project and for a console
// type that the cloud does not offer, and conflictingRequest for a server
// without a host (BUILD or ERROR).
package novatest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
)

// Status is the state of a server.
type Status string

// The states that affect a console.
const (
	Active  Status = "ACTIVE"
	Stopped Status = "SHUTOFF"
	Build   Status = "BUILD"
	Failed  Status = "ERROR"
)

// Server is the fake service. It is an http.Handler.
type Server struct {
	identitytest.Script
	// URL is the URL of the server after Start.
	URL string

	cloud          *identitytest.Server
	maximum        int
	withoutProject bool
	withoutVNC     bool
	versions       []string

	mu       sync.Mutex
	servers  map[string]Status
	consoles []string
}

// Option is a property of the compute service.
type Option func(*Server)

// WithMicroversions sets 2.minor as the newest microversion.
func WithMicroversions(minor int) Option { return func(s *Server) { s.maximum = minor } }

// WithoutProjectInPath uses paths that begin with /v2.1/servers, as OpenStack
// does by default.
func WithoutProjectInPath() Option { return func(s *Server) { s.withoutProject = true } }

// WithoutVNC lets the service offer no VNC console.
func WithoutVNC() Option { return func(s *Server) { s.withoutVNC = true } }

// WithVersions sets the versions that the service lists.
func WithVersions(ids ...string) Option { return func(s *Server) { s.versions = ids } }

// New returns a compute service of a cloud. It does not listen; use it as an
// http.Handler.
func New(cloud *identitytest.Server, options ...Option) *Server {
	s := &Server{cloud: cloud, maximum: 90, versions: []string{"v2.0", "v2.1"}, servers: map[string]Status{}}
	for _, option := range options {
		option(s)
	}
	return s
}

// Start serves a compute service on loopback until the test ends.
func Start(t testing.TB, cloud *identitytest.Server, options ...Option) *Server {
	t.Helper()
	s := New(cloud, options...)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// SetServer adds a server, or changes its state.
func (s *Server) SetServer(id string, status Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.servers[id] = status
}

// DeleteServer removes a server.
func (s *Server) DeleteServer(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.servers, id)
}

// Consoles returns the links that were issued.
func (s *Server) Consoles() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.consoles)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.cloud.Now().UTC().Format(http.TimeFormat))
	w.Header().Set("X-Openstack-Request-Id", "req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2")
	s.Serve(w, r, s.serve)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	if !strings.HasPrefix(r.URL.Path, "/v2") {
		s.listVersions(w, r)
		return
	}
	var signature identitytest.SignatureError
	if err := s.cloud.Authenticate(r, body); errors.As(err, &signature) {
		identitytest.GatewayFault(w, http.StatusUnauthorized, "APIGW.0301", err.Error())
		return
	} else if err != nil {
		identitytest.Fault(w, http.StatusUnauthorized, "Unauthorized", err.Error())
		return
	}
	minor, ok := microversion(r.Header)
	if !ok || minor > s.maximum {
		fault(w, http.StatusNotAcceptable, "computeFault", fmt.Sprintf("Version %s is not supported by the API. Minimum is 2.1 and maximum is 2.%d.", r.Header.Get("X-Openstack-Nova-Api-Version"), s.maximum))
		return
	}
	segments := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if !s.withoutProject && segments[0] == "v2.1" && len(segments) > 2 {
		if segments[1] != identitytest.ProjectID {
			fault(w, http.StatusBadRequest, "badRequest", fmt.Sprintf("Malformed request URL: URL's project_id '%s' doesn't match Context's project_id '%s'", segments[1], identitytest.ProjectID))
			return
		}
		segments = slices.Delete(segments, 1, 2)
	}
	if len(segments) == 3 && segments[0] == "v2.1" && segments[1] == "servers" && r.Method == http.MethodGet {
		s.show(w, r, segments[2])
		return
	}
	if len(segments) != 4 || segments[0] != "v2.1" || segments[1] != "servers" || segments[3] != "remote-consoles" || minor < 6 {
		fault(w, http.StatusNotFound, "itemNotFound", "The resource could not be found.")
		return
	}
	if r.Method != http.MethodPost {
		fault(w, http.StatusMethodNotAllowed, "badMethod", "The method is not allowed for this resource.")
		return
	}
	if err := check(r, body); err != nil {
		fault(w, http.StatusBadRequest, "badRequest", err.Error())
		return
	}
	s.open(w, r, segments[2])
}

// listVersions answers to a path without a version.
func (s *Server) listVersions(w http.ResponseWriter, r *http.Request) {
	type object = map[string]any
	list := []object{}
	for _, id := range s.versions {
		version := object{"id": id, "status": "SUPPORTED", "version": "", "min_version": "", "links": []object{{"rel": "self", "href": "http://nova.internal/" + id + "/"}}}
		if id == "v2.1" {
			version["status"], version["version"], version["min_version"] = "CURRENT", fmt.Sprintf("2.%d", s.maximum), "2.1"
		}
		list = append(list, version)
	}
	status, name := http.StatusOK, "versions"
	if r.URL.Path != "/" {
		status, name = http.StatusMultipleChoices, "choices"
	}
	encoded, _ := json.Marshal(object{name: list})
	identitytest.Body(status, "application/json", string(encoded))(w, r)
}

// show answers with the state of a server.
func (s *Server) show(w http.ResponseWriter, r *http.Request, id string) {
	s.mu.Lock()
	status, ok := s.servers[id]
	s.mu.Unlock()
	if !ok {
		fault(w, http.StatusNotFound, "itemNotFound", fmt.Sprintf("Instance %s could not be found.", id))
		return
	}
	server := map[string]any{"id": id, "name": "web", "status": status, "OS-EXT-STS:task_state": nil}
	if status == Build {
		server["OS-EXT-STS:task_state"] = "spawning"
	}
	if status == Failed {
		server["fault"] = map[string]any{"code": 500, "message": "No valid host was found."}
	}
	encoded, _ := json.Marshal(map[string]any{"server": server})
	identitytest.Body(http.StatusOK, "application/json", string(encoded))(w, r)
}

// open answers with a link to the console of a server.
func (s *Server) open(w http.ResponseWriter, r *http.Request, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch status, ok := s.servers[id]; {
	case !ok:
		fault(w, http.StatusNotFound, "itemNotFound", fmt.Sprintf("Instance %s could not be found.", id))
	case status != Active:
		fault(w, http.StatusConflict, "conflictingRequest", fmt.Sprintf("Instance %s is not ready", id))
	case s.withoutVNC:
		fault(w, http.StatusBadRequest, "badRequest", "Unavailable console type novnc.")
	default:
		link := "https://novncproxy.example.com:8002/vnc.auto.html?token=" + rand.Text() + "&lang=EN"
		s.consoles = append(s.consoles, link)
		encoded, _ := json.Marshal(map[string]any{"remote_console": map[string]string{"url": link, "type": "novnc", "protocol": "vnc"}})
		identitytest.Body(http.StatusOK, "application/json", string(encoded))(w, r)
	}
}

var (
	legacyVersion = regexp.MustCompile(`^2\.(\d{1,3})$`)
	version       = regexp.MustCompile(`^compute 2\.(\d{1,3})$`)
)

// microversion reads both headers. They must be equal if both are set. Without
// a header, the microversion is 2.1.
func microversion(h http.Header) (minor int, ok bool) {
	minors := map[int]bool{}
	for _, m := range [][]string{
		legacyVersion.FindStringSubmatch(h.Get("X-Openstack-Nova-Api-Version")),
		version.FindStringSubmatch(h.Get("Openstack-Api-Version")),
	} {
		if m != nil {
			_, _ = fmt.Sscan(m[1], &minor)
			minors[minor] = true
		}
	}
	if len(minors) == 0 {
		return 1, h.Get("X-Openstack-Nova-Api-Version") == "" && h.Get("Openstack-Api-Version") == ""
	}
	return minor, len(minors) == 1
}

// check returns an error for a body that does not have the documented form.
func check(r *http.Request, body []byte) error {
	if r.Header.Get("Content-Type") != "application/json" {
		return errors.New("Unsupported Content-Type") //nolint:staticcheck // The text of Nova.
	}
	var in struct {
		RemoteConsole struct {
			Type     string `json:"type"`
			Protocol string `json:"protocol"`
		} `json:"remote_console"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return err
	}
	if in.RemoteConsole.Type != "novnc" || in.RemoteConsole.Protocol != "vnc" {
		return fmt.Errorf("Invalid input for field/attribute remote_console: %s", body) //nolint:staticcheck // The text of Nova.
	}
	return nil
}

// fault answers with an error in the form of Nova.
func fault(w http.ResponseWriter, status int, name, message string) {
	encoded, _ := json.Marshal(map[string]any{name: map[string]any{"code": status, "message": message}})
	identitytest.Body(status, "application/json; charset=UTF-8", string(encoded))(w, nil)
}
