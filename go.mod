module github.com/clouddesktop/terraform-provider-clouddesktop

go 1.26.0

require (
	filippo.io/age v1.3.2 // Encrypts first passwords to a recipient.
	github.com/anishathalye/porcupine v1.3.1 // Tests: checks that an inbox is linearizable. MIT; not in the binary.
	github.com/cenkalti/backoff/v5 v5.0.3 // Waits between tries.
	github.com/getkin/kin-openapi v0.152.0 // Tests: checks client and fake against one OpenAPI text.
	github.com/google/go-cmp v0.7.0 // Tests.
	github.com/gophercloud/gophercloud/v2 v2.15.0 // Builds Keystone logins.
	github.com/hashicorp/go-hclog v1.6.3 // Quietens go-plugin.
	github.com/hashicorp/hcl/v2 v2.24.0 // Tests: reads examples that Terraform 1.11 cannot.
	github.com/hashicorp/terraform-json v0.27.2 // Documentation: the form of schemas that tfplugindocs reads.
	github.com/hashicorp/terraform-plugin-framework v1.19.0
	github.com/hashicorp/terraform-plugin-framework-timeouts v0.7.0
	github.com/hashicorp/terraform-plugin-framework-validators v0.19.0
	github.com/hashicorp/terraform-plugin-go v0.31.0
	github.com/hashicorp/terraform-plugin-log v0.11.0
	github.com/hashicorp/terraform-plugin-testing v1.16.0
	github.com/minio/minio-go/v7 v7.4.1 // Signs requests to buckets and finds AWS credentials (Apache 2.0, 1 MB).
	github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common v1.3.209 // Signs requests to Tencent Cloud and finds its credentials.
	github.com/vmihailenco/msgpack/v5 v5.4.1 // Reads states in the form of the protocol.
	github.com/zclconf/go-cty v1.18.1 // Documentation: types in schemas.
	go.uber.org/goleak v1.3.0 // Tests.
	go.yaml.in/yaml/v3 v3.0.5 // Tests: reads the pipelines of the examples. MIT and Apache 2.0; not in the binary.
	golang.org/x/crypto v0.57.0 // Tests: makes SSH keys. BSD; age needs it as well.
	golang.org/x/net v0.60.0 // Knows what an HTTP header may hold.
	golang.org/x/sync v0.24.0 // One login for many callers.
	golang.org/x/sys v0.49.0 // Hands sockets from process to process, locks files and tells when a process started.
	golang.org/x/time v0.16.0 // Paces requests to Tencent Cloud.
	gopkg.in/yaml.v2 v2.4.0 // Reads clouds.yaml into the types of gophercloud, which needs it as well. Apache-2.0.
	pgregory.net/rapid v1.2.0 // Tests: draws random stories of applies and shrinks those that fail (MPL-2.0, not in the binary).
)

require (
	filippo.io/edwards25519 v1.2.0 // indirect
	filippo.io/hpke v0.4.0 // indirect
	github.com/ProtonMail/go-crypto v1.4.1 // indirect
	github.com/agext/levenshtein v1.2.3 // indirect
	github.com/apparentlymart/go-textseg/v15 v15.0.0 // indirect
	github.com/cloudflare/circl v1.6.3 // indirect
	github.com/fatih/color v1.19.0 // indirect
	github.com/go-openapi/jsonpointer v0.22.5 // indirect
	github.com/go-openapi/swag/jsonname v0.25.5 // indirect
	github.com/golang/protobuf v1.5.4 // indirect
	github.com/gorilla/mux v1.8.0 // indirect
	github.com/hashicorp/errwrap v1.1.0 // indirect
	github.com/hashicorp/go-checkpoint v0.5.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-cty v1.5.0 // indirect
	github.com/hashicorp/go-multierror v1.1.1 // indirect
	github.com/hashicorp/go-plugin v1.7.0 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	github.com/hashicorp/go-uuid v1.0.3 // indirect
	github.com/hashicorp/go-version v1.9.0 // indirect
	github.com/hashicorp/hc-install v0.9.4 // indirect
	github.com/hashicorp/logutils v1.0.0 // indirect
	github.com/hashicorp/terraform-exec v0.25.1 // indirect
	github.com/hashicorp/terraform-plugin-sdk/v2 v2.40.0 // indirect
	github.com/hashicorp/terraform-registry-address v0.4.0 // indirect
	github.com/hashicorp/terraform-svchost v0.2.1 // indirect
	github.com/hashicorp/yamux v0.1.2 // indirect
	github.com/klauspost/cpuid/v2 v2.4.0 // indirect
	github.com/mattn/go-colorable v0.1.15 // indirect
	github.com/mattn/go-isatty v0.0.22 // indirect
	github.com/minio/md5-simd v1.1.2 // indirect
	github.com/mitchellh/copystructure v1.2.0 // indirect
	github.com/mitchellh/go-testing-interface v1.14.1 // indirect
	github.com/mitchellh/go-wordwrap v1.0.1 // indirect
	github.com/mitchellh/mapstructure v1.5.0 // indirect
	github.com/mitchellh/reflectwalk v1.0.2 // indirect
	github.com/oasdiff/yaml v0.1.1 // indirect
	github.com/oasdiff/yaml3 v0.0.14 // indirect
	github.com/oklog/run v1.2.0 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // indirect
	github.com/vmihailenco/msgpack v4.0.4+incompatible // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	golang.org/x/mod v0.41.0 // indirect
	golang.org/x/text v0.42.0 // indirect
	golang.org/x/tools v0.50.0 // indirect
	google.golang.org/appengine v1.6.8 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20251202230838-ff82c1b0f217 // indirect
	google.golang.org/grpc v1.79.3 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	gopkg.in/ini.v1 v1.67.3 // indirect
)
