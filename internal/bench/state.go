package main

import (
	"encoding/json"
	"fmt"
)

type object map[string]any

// addDesktops creates n desktops for the users, and a state with them for each
// variant, without orders.
func (s *service) addDesktops(n, users int, variants []*variant) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sensitive := [][]object{{{"type": "get_attr", "value": "password"}}}
	instances := make([]object, n)
	for i := range n {
		user := fmt.Sprint(userPrefix, i%users)
		uuid := s.fake.AddDesktop(user, "win10")
		added, _ := s.fake.Desktop(uuid)
		private, err := json.Marshal(map[string][]byte{"instance": fmt.Appendf(nil, "%q", fmt.Sprint("instance", i))})
		if err != nil {
			return err
		}
		instances[i] = object{"index_key": i, "schema_version": 0, "private": private, "attributes": object{
			"username": user, "os": "win10", "desktop_uuid": uuid, "desktop_name": added.Name, "deletion_policy": "abandon",
		}, "sensitive_attributes": sensitive}
	}
	state, err := json.Marshal(object{
		"version": 4, "terraform_version": "1.8.0", "serial": 1, "lineage": "bench", "outputs": object{},
		"resources": []object{{
			"mode": "managed", "type": "clouddesktop_desktop", "name": "this", "instances": instances,
			"provider": `provider["registry.terraform.io/clouddesktop/clouddesktop"]`,
		}},
	})
	for _, v := range variants {
		s.states[v.name] = state
	}
	return err
}
