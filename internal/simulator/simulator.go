// Package simulator serves the fakes of all services at one address, so that a
// user can try the provider without access to a real service.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/cvm/cvmtest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop/desktoptest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/hpc/hpctest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/identity/identitytest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova/novatest"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace/workspacetest"
)

// The initial content of the services. Package identitytest holds the
// credentials of the clouds.
const (
	// ServerID is a running server of the compute service.
	ServerID = "9168b536-cd40-4630-b43f-b259807c6e87"
	// InstanceID is a running instance of the CVM service, in CVMRegion.
	InstanceID = "ins-3glfot72"
	CVMRegion  = "ap-guangzhou"
	// CVMSecretID and CVMSecretKey sign requests to the CVM service.
	CVMSecretID  = "AKIDsimulator"
	CVMSecretKey = "simulated-secret-key"
)

// Simulator serves every service under the service's own paths.
type Simulator struct {
	Desktop   *desktoptest.Server
	HPC       *hpctest.Server
	Identity  *identitytest.Server
	Nova      *novatest.Server
	Workspace *workspacetest.Server
	CVM       *cvmtest.Server

	log      func(line string)
	services []service
}

// service is a fake with the prefix of its paths.
type service struct {
	prefix string
	fake   http.Handler
	// event describes a request in the log. It is empty if the fake logs itself.
	event string
}

func (s service) has(path string) bool {
	return path == s.prefix || s.prefix != "/" && strings.HasPrefix(path, s.prefix)
}

// New returns a simulator that does not listen yet. It calls log with one line
// per event, without passwords, tokens and callback URLs.
func New(log func(line string), desktop ...desktoptest.Option) *Simulator {
	cloud := identitytest.New()
	s := &Simulator{
		Desktop:   desktoptest.New(append(desktop, desktoptest.WithLog(log))...),
		HPC:       hpctest.New(hpctest.NewSession("gv101", "ada", "mesh", 1), hpctest.NewSession("gv102", "grace", "solver", 2)),
		Identity:  cloud,
		Nova:      novatest.New(cloud),
		Workspace: workspacetest.New(cloud),
		CVM:       cvmtest.New(cvmtest.Credential{SecretID: CVMSecretID, SecretKey: CVMSecretKey}),
		log:       log,
	}
	s.Workspace.SetCount(3)
	s.Nova.SetServer(ServerID, novatest.Active)
	s.CVM.Put(CVMRegion, InstanceID)
	s.services = []service{
		{"/api/", s.Desktop, ""},
		{"/hpc/", s.HPC, "asked the HPC portal for its sessions"},
		{"/v3/", s.Identity, "asked the identity service for a token"},
		{"/v2.1/", s.Nova, "asked the compute service for a console"},
		{"/v2/", s.Workspace, "asked the workspace service for login records"},
		{"/", s.CVM, "asked the CVM service for a console"},
	}
	return s
}

// ServeHTTP passes a request to the first service whose prefix matches.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, service := range s.services {
		if !service.has(r.URL.Path) {
			continue
		}
		if service.event == "" {
			service.fake.ServeHTTP(w, r)
			return
		}
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		service.fake.ServeHTTP(recorder, r)
		s.log(fmt.Sprintf("%s: %d %s", service.event, recorder.status, http.StatusText(recorder.status)))
		return
	}
	http.NotFound(w, r)
	s.log("request with an unknown path: 404 Not Found")
}

// Serve serves until ctx is cancelled, then ends all running requests and orders.
func (s *Simulator) Serve(ctx context.Context, listener net.Listener) error {
	s.Identity.AddEndpoint(identitytest.Endpoint{
		Type: "compute", Interface: "public", Region: identitytest.Region,
		URL: "http://" + listener.Addr().String() + "/v2.1/" + identitytest.ProjectID,
	})
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(closed)
		// A request with a fault may not end.
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(short) != nil {
			_ = server.Close()
		}
	})
	err := server.Serve(listener)
	if !stop() {
		<-closed
	}
	s.Desktop.Close()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (w *statusRecorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
