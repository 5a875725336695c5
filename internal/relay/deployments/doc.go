// Package deployments tests the files in examples/relay: their schemas, and the
// arguments with which they start the relay.
package deployments
