package desktop

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

// sizes are the attributes that a resource-update changes. The zero value is
// three nulls.
type sizes struct {
	CPU       types.Int64 `tfsdk:"cpu"`
	MemoryMiB types.Int64 `tfsdk:"memory_mib"`
	DiskGiB   types.Int64 `tfsdk:"disk_gib"`
}

// resizeInput holds the sizes that differ from those of state.
func (s sizes) resizeInput(uuid string, state sizes) desktop.ResizeInput {
	return desktop.ResizeInput{
		DesktopUUID: uuid,
		CPU:         changedTo(s.CPU, state.CPU, 1),
		MemoryBytes: changedTo(s.MemoryMiB, state.MemoryMiB, mib),
		DiskBytes:   changedTo(s.DiskGiB, state.DiskGiB, gib),
	}
}

// changedTo is the value to send in the service's unit, nil if none is needed.
func changedTo(plan, state types.Int64, unit int64) *int64 {
	if plan.IsNull() || plan.Equal(state) {
		return nil
	}
	value := plan.ValueInt64() * unit
	return &value
}

// fromVolumes compares the managed disk with the volumes: the document does not
// say which of several the disk is, so a volume of the managed size is taken for
// it. Otherwise the largest is reported, and null if there is none.
func (s *sizes) fromVolumes(volumes []desktop.Volume) {
	if len(volumes) == 0 {
		s.DiskGiB = types.Int64Null()
		return
	}
	found := make([]int64, len(volumes))
	for i, v := range volumes {
		found[i] = v.SizeBytes / gib
	}
	if !slices.Contains(found, s.DiskGiB.ValueInt64()) {
		s.DiskGiB = types.Int64Value(slices.Max(found))
	}
}
