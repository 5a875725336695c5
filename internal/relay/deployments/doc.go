// Package deployments checks the files under examples/relay against the schemas
// of their kinds, and their arguments against the relay.
package deployments
