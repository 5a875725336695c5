# Up to 500 logins of one day with a slow network.
data "clouddesktop_login_records" "slow" {
  start_time      = "2026-05-01T00:00:00+08:00"
  end_time        = "2026-05-02T00:00:00+08:00"
  min_network_rtt = 200
  max_records     = 500
}

output "slow_logins" {
  value = [for r in data.clouddesktop_login_records.slow.records : "${r.user_name} from ${r.public_ip}: ${r.e2e_rtt} ms"]
}
