package desktop

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}
