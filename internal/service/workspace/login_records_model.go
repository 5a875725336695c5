package workspace

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/workspace"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/wholenumber"
)

type loginRecordsModel struct {
	StartTime           types.String      `tfsdk:"start_time"`
	EndTime             types.String      `tfsdk:"end_time"`
	UserName            types.String      `tfsdk:"user_name"`
	ComputerName        types.String      `tfsdk:"computer_name"`
	TerminalType        types.String      `tfsdk:"terminal_type"`
	MinNetworkRTT       wholenumber.Value `tfsdk:"min_network_rtt"`
	MaxNetworkRTT       wholenumber.Value `tfsdk:"max_network_rtt"`
	EnterpriseProjectID types.String      `tfsdk:"enterprise_project_id"`
	MaxRecords          wholenumber.Value `tfsdk:"max_records"`
	TotalCount          types.Int64       `tfsdk:"total_count"`
	Records             []recordModel     `tfsdk:"records"`
	Timeouts            timeouts.Value    `tfsdk:"timeouts"`
}

type recordModel struct {
	SID                     types.String `tfsdk:"sid"`
	TransactionID           types.String `tfsdk:"transaction_id"`
	ComputerName            types.String `tfsdk:"computer_name"`
	UserName                types.String `tfsdk:"user_name"`
	TerminalMAC             types.String `tfsdk:"terminal_mac"`
	TerminalName            types.String `tfsdk:"terminal_name"`
	TerminalIP              types.String `tfsdk:"terminal_ip"`
	ClientVersion           types.String `tfsdk:"client_version"`
	TerminalType            types.String `tfsdk:"terminal_type"`
	AgentVersion            types.String `tfsdk:"agent_version"`
	DesktopIP               types.String `tfsdk:"desktop_ip"`
	ConnectionStartTime     types.String `tfsdk:"connection_start_time"`
	ConnectionSetupTime     types.String `tfsdk:"connection_setup_time"`
	ConnectionEndTime       types.String `tfsdk:"connection_end_time"`
	IsReconnect             types.Bool   `tfsdk:"is_reconnect"`
	ConnectionFailureReason types.String `tfsdk:"connection_failure_reason"`
	NetworkRTT              types.Int64  `tfsdk:"network_rtt"`
	E2ERTT                  types.Int64  `tfsdk:"e2e_rtt"`
	SourceIP                types.String `tfsdk:"source_ip"`
	PublicIP                types.String `tfsdk:"public_ip"`
	EnterpriseProjectID     types.String `tfsdk:"enterprise_project_id"`
}

// checkRanges returns errors for empty ranges. Values that are unknown or not
// set are zero here.
func (m *loginRecordsModel) checkRanges() (diags diag.Diagnostics) {
	in := m.input()
	if !in.Start.IsZero() && !in.End.IsZero() && in.End.Before(in.Start) {
		diags.Append(diagnose.AttributeError(path.Root("end_time"), "Invalid Range", "It is before start_time. Write a later time."))
	}
	lowest, highest := m.MinNetworkRTT, m.MaxNetworkRTT
	if known(lowest) && known(highest) && lowest.ValueInt64() > highest.ValueInt64() {
		diags.Append(diagnose.AttributeError(path.Root("max_network_rtt"), "Invalid Range",
			fmt.Sprintf("It is less than min_network_rtt. Write %d or more.", lowest.ValueInt64())))
	}
	return diags
}

func known(value wholenumber.Value) bool { return !value.IsUnknown() && !value.IsNull() }

// input returns the filters. timeValidator has already checked the times.
func (m *loginRecordsModel) input() workspace.LoginRecordsInput {
	start, _ := parseTime(m.StartTime.ValueString())
	end, _ := parseTime(m.EndTime.ValueString())
	return workspace.LoginRecordsInput{
		Start: start, End: end,
		UserName:            m.UserName.ValueString(),
		ComputerName:        m.ComputerName.ValueString(),
		TerminalType:        m.TerminalType.ValueString(),
		MinNetworkRTT:       m.MinNetworkRTT.ValueInt64Pointer(),
		MaxNetworkRTT:       m.MaxNetworkRTT.ValueInt64Pointer(),
		EnterpriseProjectID: m.EnterpriseProjectID.ValueString(),
		MaxRecords:          int(m.MaxRecords.ValueInt64()),
	}
}

// fromAPI adds a page. The total is that of the last page, which is the most
// recent.
func (m *loginRecordsModel) fromAPI(page workspace.LoginPage) {
	m.TotalCount = types.Int64Value(page.TotalCount)
	for _, r := range page.Records {
		m.Records = append(m.Records, recordModel{
			SID:                     types.StringPointerValue(r.SID),
			TransactionID:           types.StringPointerValue(r.TransactionID),
			ComputerName:            types.StringPointerValue(r.ComputerName),
			UserName:                types.StringPointerValue(r.UserName),
			TerminalMAC:             types.StringPointerValue(r.TerminalMAC),
			TerminalName:            types.StringPointerValue(r.TerminalName),
			TerminalIP:              types.StringPointerValue(r.TerminalIP),
			ClientVersion:           types.StringPointerValue(r.ClientVersion),
			TerminalType:            types.StringPointerValue(r.TerminalType),
			AgentVersion:            types.StringPointerValue(r.AgentVersion),
			DesktopIP:               types.StringPointerValue(r.DesktopIP),
			ConnectionStartTime:     types.StringPointerValue(r.ConnectionStartTime),
			ConnectionSetupTime:     types.StringPointerValue(r.ConnectionSetupTime),
			ConnectionEndTime:       types.StringPointerValue(r.ConnectionEndTime),
			IsReconnect:             types.BoolPointerValue(r.IsReconnect),
			ConnectionFailureReason: types.StringPointerValue(r.ConnectionFailureReason),
			NetworkRTT:              types.Int64PointerValue(r.NetworkRTT),
			E2ERTT:                  types.Int64PointerValue(r.E2ERTT),
			SourceIP:                types.StringPointerValue(r.SourceIP),
			PublicIP:                types.StringPointerValue(r.PublicIP),
			EnterpriseProjectID:     types.StringPointerValue(r.EnterpriseProjectID),
		})
	}
}

// parseTime parses a time in RFC 3339 or in the form of the service, which has
// no seconds.
func parseTime(text string) (time.Time, error) {
	t, err := time.Parse("2006-01-02T15:04Z", text)
	if err != nil {
		t, err = time.Parse(time.RFC3339, text)
	}
	return t, err
}

type timeValidator struct{}

func (timeValidator) Description(context.Context) string {
	return "must be a time like 2016-08-20T21:11:00+08:00 or 2016-08-20T21:11Z"
}

func (v timeValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v timeValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := parseTime(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.Append(diagnose.AttributeError(req.Path, "Invalid Time",
			fmt.Sprintf("%q is not a time. Write it like 2016-08-20T21:11:00+08:00 or 2016-08-20T21:11Z.", req.ConfigValue.ValueString())))
	}
}
