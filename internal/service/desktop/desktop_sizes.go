package desktop

import (
	"slices"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/wholenumber"
)

const (
	mib = 1 << 20
	gib = 1 << 30
)

// sizes are the attributes that a resource-update changes. The zero value is
// three nulls.
type sizes struct {
	CPU       wholenumber.Value `tfsdk:"cpu"`
	MemoryMiB wholenumber.Value `tfsdk:"memory_mib"`
	DiskGiB   wholenumber.Value `tfsdk:"disk_gib"`
}

// resizeInput returns the sizes that differ from those in state.
func (s sizes) resizeInput(uuid string, state sizes) desktop.ResizeInput {
	return desktop.ResizeInput{
		DesktopUUID: uuid,
		CPU:         changedTo(s.CPU, state.CPU, 1),
		MemoryBytes: changedTo(s.MemoryMiB, state.MemoryMiB, mib),
		DiskBytes:   changedTo(s.DiskGiB, state.DiskGiB, gib),
	}
}

// changedTo returns the changed value in the unit of the service, or nil if it
// has not changed.
func changedTo(plan, state wholenumber.Value, unit int64) *int64 {
	if plan.IsNull() || plan.Equal(state) {
		return nil
	}
	value := plan.ValueInt64() * unit
	return &value
}

// fromVolumes sets the size of the managed disk from the volumes. The API
// document does not define which of several volumes the disk is. If a volume
// has the managed size, it is the disk; otherwise the largest volume is.
// Without volumes, the size is null.
func (s *sizes) fromVolumes(volumes []desktop.Volume) {
	if len(volumes) == 0 {
		s.DiskGiB = wholenumber.Null()
		return
	}
	found := make([]int64, len(volumes))
	for i, v := range volumes {
		found[i] = v.SizeBytes / gib
	}
	if !slices.Contains(found, s.DiskGiB.ValueInt64()) {
		s.DiskGiB = wholenumber.New(slices.Max(found))
	}
}
