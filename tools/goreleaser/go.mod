// goreleaser builds the releases. It has a module of its own, because its
// requirements are many and only a release needs them.
module github.com/clouddesktop/terraform-provider-clouddesktop/tools/goreleaser

go 1.26.0
