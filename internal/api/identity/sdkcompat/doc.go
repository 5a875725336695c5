// Package sdkcompat compares the signatures of package identity with those of
// Huawei's SDK. It contains only a test, and is a separate module, because the
// SDK is too large to be a dependency of the provider.
package sdkcompat
