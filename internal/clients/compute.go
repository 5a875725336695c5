package clients

import (
	"errors"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/nova"
)

// Compute holds a client for each cloud that has servers.
type Compute struct {
	huaweiCloud, openStack *nova.Client
	// preferred is the name of the cloud with a block, if only one has a block.
	preferred string
}

// Compute returns the clouds that have servers.
func (s *Set) Compute() (*Compute, error) { return s.compute, nil }

func newCompute(model Model, huaweiCloud, openStack *nova.Client) *Compute {
	c := &Compute{huaweiCloud: huaweiCloud, openStack: openStack}
	switch {
	case model.OpenStack.IsNull() && !model.HuaweiCloud.IsNull():
		c.preferred = huaweiCloudName
	case model.HuaweiCloud.IsNull() && !model.OpenStack.IsNull():
		c.preferred = openStackName
	}
	return c
}

// Cloud returns the client of a cloud and the name of the cloud. Without a
// name, it returns the only configured cloud. A block takes precedence over the
// environment.
func (c *Compute) Cloud(name string) (*nova.Client, string, error) {
	if name == "" {
		name = c.preferred
	}
	switch {
	case name == huaweiCloudName, name == "" && c.huaweiCloud != nil && c.openStack == nil:
		client, err := configured(c.huaweiCloud, huaweiCloudName, "the HW_… variables of Huawei's provider")
		return client, huaweiCloudName, err
	case name == openStackName, c.openStack != nil && c.huaweiCloud == nil:
		client, err := configured(c.openStack, openStackName, "the OS_… variables of the OpenStack clients")
		return client, openStackName, err
	case c.openStack == nil:
		return nil, "", errors.New("no cloud that has servers is configured: add a `huaweicloud` or an `openstack` block to the provider")
	}
	return nil, "", errors.New("both `huaweicloud` and `openstack` are configured: set `cloud` to the one that has the server")
}
