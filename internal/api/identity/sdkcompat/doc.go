// Package sdkcompat compares the signatures of package identity with those of
// Huawei's own SDK, which is too large to be a dependency of the provider. It
// is a module of its own and holds nothing but a test.
package sdkcompat
