package desktop

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

type desktopModel struct {
	UserGroup         types.String   `tfsdk:"user_group"`
	Username          types.String   `tfsdk:"username"`
	OS                types.String   `tfsdk:"os"`
	CPU               types.Int64    `tfsdk:"cpu"`
	MemoryMiB         types.Int64    `tfsdk:"memory_mib"`
	DiskGiB           types.Int64    `tfsdk:"disk_gib"`
	PasswordWO        types.String   `tfsdk:"password_wo"`
	PasswordVersion   types.Int64    `tfsdk:"password_wo_version"`
	PasswordRecipient types.String   `tfsdk:"password_recipient"`
	DeletionPolicy    types.String   `tfsdk:"deletion_policy"`
	DesktopUUID       types.String   `tfsdk:"desktop_uuid"`
	DesktopName       types.String   `tfsdk:"desktop_name"`
	Password          types.String   `tfsdk:"password"`
	EncryptedPassword types.String   `tfsdk:"encrypted_password"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
}

func (m *desktopModel) applyInput() desktop.ApplyInput {
	name := m.Username
	if !m.UserGroup.IsNull() {
		name = m.UserGroup
	}
	return desktop.ApplyInput{Name: name.ValueString(), OS: m.OS.ValueString()}
}

// resizeInput holds the sizes that differ from those of state, and reports
// whether there are any.
func (m *desktopModel) resizeInput(uuid string, state desktopModel) (desktop.ResizeInput, bool) {
	in := desktop.ResizeInput{
		DesktopUUID: uuid,
		CPU:         target(m.CPU, state.CPU, 1),
		MemoryBytes: target(m.MemoryMiB, state.MemoryMiB, mib),
		DiskBytes:   target(m.DiskGiB, state.DiskGiB, gib),
	}
	return in, in.CPU != nil || in.MemoryBytes != nil || in.DiskBytes != nil
}

// target is the value to send in the service's unit, nil if none is needed.
func target(plan, state types.Int64, unit int64) *int64 {
	if plan.IsNull() || plan.Equal(state) {
		return nil
	}
	value := plan.ValueInt64() * unit
	return &value
}

func (m *desktopModel) resetsPassword(state desktopModel) bool {
	return !m.PasswordVersion.IsNull() && !m.PasswordVersion.Equal(state.PasswordVersion)
}

// setOrdered takes over what the callback of an order tells.
func (m *desktopModel) setOrdered(ordered desktop.ApplyResult) {
	m.Username = types.StringValue(ordered.Username)
	m.DesktopUUID = types.StringValue(ordered.DesktopUUID)
}

// setFound takes over what a list tells: the name alone.
func (m *desktopModel) setFound(d desktop.Desktop) {
	m.DesktopName = types.StringValue(d.Name)
}

// setVolumes compares the managed disk with the volumes: the document does not
// say which of several the disk is, so one of the managed size is it. Else the
// largest is reported, and null if there is none.
func (m *desktopModel) setVolumes(volumes []desktop.Volume) {
	if len(volumes) == 0 {
		m.DiskGiB = types.Int64Null()
		return
	}
	sizes := make([]int64, len(volumes))
	for i, v := range volumes {
		sizes[i] = v.SizeBytes / gib
	}
	if !slices.Contains(sizes, m.DiskGiB.ValueInt64()) {
		m.DiskGiB = types.Int64Value(slices.Max(sizes))
	}
}

// keepPassword stores the first password as the plan says: in clear, encrypted,
// or not at all.
func (m *desktopModel) keepPassword(password string) diag.Diagnostics {
	var diags diag.Diagnostics
	recipient := m.PasswordRecipient.ValueString()
	stored := m.Password.IsUnknown()
	m.Password, m.EncryptedPassword = types.StringNull(), types.StringNull()
	switch {
	case password == "" || !m.PasswordVersion.IsNull():
	case recipient != "":
		sealed, err := seal(password, recipient)
		if err != nil {
			diags.Append(diagnose.Warning("Encrypt First Password of Desktop", err, "It is not stored. Reset the password to get a known one."))
			break
		}
		m.EncryptedPassword = types.StringValue(sealed)
	case stored:
		m.Password = types.StringValue(password)
	}
	return diags
}

type identityModel struct {
	Username    types.String `tfsdk:"username"`
	DesktopUUID types.String `tfsdk:"desktop_uuid"`
}

func (m *desktopModel) setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity) diag.Diagnostics {
	return identity.Set(ctx, &identityModel{Username: m.Username, DesktopUUID: m.DesktopUUID})
}

// passwordVersion is an attribute that stands for a write-only one.
const passwordVersion = "password_wo_version"

// unapplied names the attributes whose values a create put into the state, as
// Terraform demands, without the service having taken them.
type unapplied struct {
	Sizes    bool `json:"sizes,omitempty"`
	Password bool `json:"password,omitempty"`
}

const unappliedKey = "unapplied"

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func (u unapplied) save(ctx context.Context, private privateWriter) diag.Diagnostics {
	if u == (unapplied{}) {
		return nil
	}
	value, err := json.Marshal(u)
	if err != nil {
		return diag.Diagnostics{diagnose.Error("Remember Failed Steps", err)}
	}
	return private.SetKey(ctx, unappliedKey, value)
}

// forgetUnapplied makes the attributes null that were never applied, so that a
// plan shows them.
func (m *desktopModel) forgetUnapplied(ctx context.Context, from privateReader, to privateWriter) diag.Diagnostics {
	value, diags := from.GetKey(ctx, unappliedKey)
	if len(value) == 0 || diags.HasError() {
		return diags
	}
	var u unapplied
	if err := json.Unmarshal(value, &u); err != nil {
		diags.Append(diagnose.Error("Read Private State", fmt.Errorf("it cannot be understood: %w", err)))
		return diags
	}
	if u.Sizes {
		m.CPU, m.MemoryMiB, m.DiskGiB = types.Int64Null(), types.Int64Null(), types.Int64Null()
	}
	if u.Password {
		m.PasswordVersion = types.Int64Null()
	}
	diags.Append(to.SetKey(ctx, unappliedKey, nil)...)
	return diags
}
