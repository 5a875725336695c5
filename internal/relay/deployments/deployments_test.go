package deployments

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/coreos/go-systemd/v22/unit"
	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

const (
	root    = "../../.."
	folder  = root + "/examples/relay/"
	port    = 8700
	nonRoot = 65532
)

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(folder + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func buildRelay(t *testing.T) string {
	t.Helper()
	relay := filepath.Join(t.TempDir(), "relay")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", relay, ".")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return relay
}

// relayFlags returns the flags of the relay.
func relayFlags(t *testing.T) []string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), buildRelay(t), "relay", "--help").CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	var flags []string
	for _, match := range regexp.MustCompile(`(?m)^  -([a-z-]+)`).FindAllStringSubmatch(string(output), -1) {
		flags = append(flags, "--"+match[1])
	}
	if len(flags) < 5 {
		t.Fatalf("the relay prints no flags:\n%s", output)
	}
	return flags
}

func TestDeployments_useFlagsThatTheRelayHas(t *testing.T) {
	t.Parallel()
	flags := relayFlags(t)
	for _, name := range []string{"Dockerfile", "compose.yaml", "clouddesktop-relay.service", "kubernetes.yaml"} {
		used := regexp.MustCompile(`--(?:inbox|listen|token|tls|recipient|max)[a-z-]*`).FindAllString(read(t, name), -1)
		if len(used) == 0 {
			t.Errorf("%s uses no flag", name)
		}
		for _, flag := range used {
			if !slices.Contains(flags, flag) {
				t.Errorf("%s uses %s, which the relay does not have", name, flag)
			}
		}
	}
}

// manifests decodes each document into the type of its kind and rejects unknown
// fields.
func manifests(t *testing.T) map[string]any {
	t.Helper()
	decoded := map[string]any{}
	for document := range strings.SplitSeq(read(t, "kubernetes.yaml"), "\n---\n") {
		var kind struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal([]byte(document), &kind); err != nil {
			t.Fatal(err)
		}
		target, known := map[string]any{
			"apps/v1 Deployment": &appsv1.Deployment{}, "v1 Service": &corev1.Service{},
			"policy/v1 PodDisruptionBudget": &policyv1.PodDisruptionBudget{}, "networking.k8s.io/v1 Ingress": &networkingv1.Ingress{},
		}[kind.APIVersion+" "+kind.Kind]
		if !known {
			t.Fatalf("%s %s is not known here", kind.APIVersion, kind.Kind)
		}
		if err := yaml.UnmarshalStrict([]byte(document), target); err != nil {
			t.Errorf("%s: %v", kind.Kind, err)
		}
		decoded[kind.Kind] = target
	}
	return decoded
}

func TestKubernetes_runsTwoReplicasWithoutPrivileges(t *testing.T) {
	t.Parallel()
	all := manifests(t)
	deployment := all["Deployment"].(*appsv1.Deployment)
	pod := deployment.Spec.Template.Spec
	if len(pod.Containers) != 1 || *deployment.Spec.Replicas != 2 {
		t.Fatalf("%d replicas of %d containers", *deployment.Spec.Replicas, len(pod.Containers))
	}
	relay := pod.Containers[0]
	security := relay.SecurityContext
	if !*pod.SecurityContext.RunAsNonRoot || *pod.SecurityContext.RunAsUser != nonRoot || !*security.ReadOnlyRootFilesystem ||
		*security.AllowPrivilegeEscalation || !slices.Contains(security.Capabilities.Drop, "ALL") {
		t.Error("the relay has privileges")
	}
	if !strings.HasPrefix(relay.Args[1], "s3://") {
		t.Errorf("two replicas share %s", relay.Args[1])
	}
	if relay.ReadinessProbe.HTTPGet.Path != "/healthz" || relay.LivenessProbe.HTTPGet.Path != "/healthz" {
		t.Error("the probes ask for another path")
	}
	if *pod.TerminationGracePeriodSeconds < 30 {
		t.Error("the relay is killed before it has stopped")
	}
	service := all["Service"].(*corev1.Service)
	budget := all["PodDisruptionBudget"].(*policyv1.PodDisruptionBudget)
	for name, selector := range map[string]map[string]string{
		"Deployment": deployment.Spec.Selector.MatchLabels, "Service": service.Spec.Selector, "PodDisruptionBudget": budget.Spec.Selector.MatchLabels,
	} {
		if diff := cmp.Diff(deployment.Spec.Template.Labels, selector); diff != "" {
			t.Errorf("%s selects other pods:\n%s", name, diff)
		}
	}
	backend := all["Ingress"].(*networkingv1.Ingress).Spec.Rules[0].HTTP.Paths[0].Backend.Service
	if backend.Name != service.Name || backend.Port.Name != service.Spec.Ports[0].Name || service.Spec.Ports[0].TargetPort.String() != relay.Ports[0].Name || relay.Ports[0].ContainerPort != port {
		t.Error("the ingress does not lead to the relay")
	}
}

func TestCompose_runsOneRelayWithoutPrivileges(t *testing.T) {
	t.Parallel()
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  folder,
		ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: []byte(read(t, "compose.yaml"))}},
	}, func(o *loader.Options) { o.SetProjectName("relay", true) })
	if err != nil {
		t.Fatal(err)
	}
	relay := project.Services["relay"]
	if !relay.ReadOnly || relay.User != "65532:65532" || !slices.Equal(relay.CapDrop, []string{"ALL"}) {
		t.Error("the relay has privileges")
	}
	if len(relay.Volumes) != 1 || relay.Volumes[0].Target != "/data/inbox" || relay.Command[1] != "/data/inbox" {
		t.Errorf("the inbox is not on the volume: %v", relay.Volumes)
	}
	if len(relay.Secrets) != 1 || relay.Secrets[0].Source != "token" || relay.Command[3] != "/run/secrets/token" {
		t.Errorf("the token is not a secret: %v", relay.Secrets)
	}
	if _, err := os.Stat(filepath.Join(relay.Build.Context, relay.Build.Dockerfile)); err != nil {
		t.Error(err)
	}
}

func TestSystemd_runsTheRelayAsADynamicUser(t *testing.T) {
	t.Parallel()
	options, err := unit.DeserializeOptions(bytes.NewBufferString(read(t, "clouddesktop-relay.service")))
	if err != nil {
		t.Fatal(err)
	}
	service := map[string][]string{}
	for _, o := range options {
		if !slices.Contains([]string{"Unit", "Service", "Install"}, o.Section) {
			t.Errorf("[%s] is not a section of a service", o.Section)
		}
		if !slices.Contains(directives, o.Name) {
			t.Errorf("%s= is not a directive of systemd", o.Name)
		}
		service[o.Name] = append(service[o.Name], o.Value)
	}
	if !slices.Equal(service["DynamicUser"], []string{"yes"}) || !slices.Equal(service["StateDirectoryMode"], []string{"0700"}) {
		t.Error("the relay does not run as a user of its own")
	}
	for _, credential := range service["LoadCredential"] {
		name, _, _ := strings.Cut(credential, ":")
		if !strings.Contains(service["ExecStart"][0], "${CREDENTIALS_DIRECTORY}/"+name) {
			t.Errorf("the credential %s is not used", name)
		}
	}
}

// directives are the directives of systemd.unit, systemd.exec and
// systemd.service that the unit may use.
var directives = strings.Fields(`
	Description Wants After WantedBy ExecStart DynamicUser StateDirectory StateDirectoryMode LoadCredential Restart
	TimeoutStopSec CapabilityBoundingSet LockPersonality MemoryDenyWriteExecute PrivateDevices ProtectControlGroups
	ProtectHome ProtectKernelLogs ProtectKernelModules ProtectKernelTunables RestrictAddressFamilies
	RestrictNamespaces SystemCallArchitectures SystemCallFilter`)
