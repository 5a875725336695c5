package orders_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/callback/ledger"
)

func TestList_printsTheDocumentedJSON(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	waiting := b.order("prod/default", "dev")
	arrived := b.order("prod/blue", "design")
	b.put(ledger.ResultKey(arrived), success)
	b.order("prod/default", "ended", ledger.Turn{Kind: ledger.Closed, Reason: "test"})

	got := b.want(2, nil, "list", "--json", "--exit-code")
	var list struct {
		Orders []map[string]any `json:"orders"`
	}
	if err := json.Unmarshal([]byte(got.Stdout), &list); err != nil {
		t.Fatal(err)
	}
	byRef := map[string]map[string]any{}
	for _, order := range list.Orders {
		if created, _ := order["created"].(string); !strings.HasSuffix(created, "Z") {
			t.Errorf("created is %v", order["created"])
		}
		delete(order, "created")
		byRef[order["ref"].(string)] = order
	}
	want := map[string]map[string]any{
		waiting: {"ref": waiting, "scope": "prod/default", "user_group": "dev", "os": "win10", "state": "interrupted"},
		arrived: {"ref": arrived, "scope": "prod/blue", "user_group": "design", "os": "win10", "state": "result stored", "desktop_uuid": uuid},
	}
	if diff := cmp.Diff(want, byRef); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}

func TestList_filtersByScopeAndEnd(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	prod, production := b.order("prod/default", "dev"), b.order("production/default", "dev")
	ended := b.order("prod/default", "dev", ledger.Turn{Kind: ledger.Confirmed, Username: "dev_01", UUID: uuid, Scope: "prod/default"})
	for name, tt := range map[string]struct {
		args    []string
		with    []string
		without []string
		code    int
	}{
		"all scopes":        {nil, []string{prod, production, "interrupted"}, []string{ended}, 0},
		"a configured name": {[]string{"--scope", "prod", "--exit-code"}, []string{prod}, []string{production, ended}, 2},
		"with a workspace":  {[]string{"--scope=production/default"}, []string{production}, []string{prod, ended}, 0},
		"ended ones too":    {[]string{"--all"}, []string{prod, production, ended, "confirmed", uuid}, nil, 0},
		"an unknown scope":  {[]string{"--scope", "test", "--exit-code"}, []string{"No order is open."}, []string{prod, production}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := b.want(tt.code, tt.with, append([]string{"list"}, tt.args...)...)
			for _, ref := range tt.without {
				if strings.Contains(got.Stdout, ref) {
					t.Errorf("%s is listed:\n%s", ref, got.Stdout)
				}
			}
		})
	}
}

func TestList_withoutAnInbox(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	got := b.want(0, []string{"There is no inbox in .terraform/clouddesktop"}, "list", "--json")
	if got.Stdout != "{\n  \"orders\": []\n}\n" {
		t.Errorf("printed %s", got.Stdout)
	}
	b.want(1, []string{"there is no directory elsewhere"}, "list", "--inbox", "elsewhere")
}

func TestList_findsTheDataDirectory(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	ref := b.order("default", "dev")
	here := b.dir
	b.dir, b.env = t.TempDir(), []string{"TF_DATA_DIR=" + here + "/.terraform"}
	b.want(0, []string{ref}, "list")
}

func TestOrders_usageErrors(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.order("default", "dev")
	for args, want := range map[string]string{
		"":                       "write orders list, orders show, orders release or orders close",
		"find":                   "write orders list",
		"list abc":               `write "orders show abc"`,
		"show":                   "write exactly one order: orders show REF",
		"close a b":              "write exactly one order: orders close REF",
		"show nothing":           "holds no order nothing",
		"list --yes":             "orders list does not take --yes",
		"close a --desktop b":    "orders close does not take --desktop",
		"list --colour":          "-colour",
		"list --inbox gs://a":    "is not the address of an inbox",
		"list --inbox https://a": "requires its token",
	} {
		b.want(1, []string{want}, strings.Fields(args)...)
	}
	b.want(0, []string{"Usage: terraform-provider-clouddesktop orders list", "-exit-code"}, "--help")
}
