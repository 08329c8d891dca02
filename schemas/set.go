package schemas

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Add puts d into the set; a definition of the same kind and key is replaced
// in its place.
func (s *Set) Add(d Definition) {
	switch d := d.(type) {
	case *Entity:
		put(&s.Entities, d)
	case *Form:
		put(&s.Forms, d)
	case *View:
		put(&s.Views, d)
	case *StageMachine:
		put(&s.StageMachines, d)
	case *Trigger:
		put(&s.Triggers, d)
	case *Role:
		put(&s.Roles, d)
	case *Script:
		put(&s.Scripts, d)
	case *Dashboard:
		put(&s.Dashboards, d)
	case *AssignmentRule:
		put(&s.AssignmentRules, d)
	case *Template:
		put(&s.Templates, d)
	}
}

// All lists the definitions, kind by kind in the order of Kinds, each kind in
// the order in which they were added.
func (s *Set) All() []Definition {
	var all []Definition
	if s == nil {
		return all
	}
	all = list(all, s.Entities)
	all = list(all, s.Forms)
	all = list(all, s.Views)
	all = list(all, s.StageMachines)
	all = list(all, s.Triggers)
	all = list(all, s.Roles)
	all = list(all, s.Scripts)
	all = list(all, s.Dashboards)
	all = list(all, s.AssignmentRules)
	return list(all, s.Templates)
}

// Get finds a definition; false when there is none.
func (s *Set) Get(kind Kind, key string) (Definition, bool) {
	for _, d := range s.All() {
		if d.DefinitionKind() == kind && d.DefinitionKey() == key {
			return d, true
		}
	}
	return nil, false
}

// Remove takes a definition out of the set and tells whether it was there.
func (s *Set) Remove(kind Kind, key string) bool {
	switch kind {
	case KindEntity:
		return remove(&s.Entities, key)
	case KindForm:
		return remove(&s.Forms, key)
	case KindView:
		return remove(&s.Views, key)
	case KindStageMachine:
		return remove(&s.StageMachines, key)
	case KindTrigger:
		return remove(&s.Triggers, key)
	case KindRole:
		return remove(&s.Roles, key)
	case KindScript:
		return remove(&s.Scripts, key)
	case KindDashboard:
		return remove(&s.Dashboards, key)
	case KindAssignmentRule:
		return remove(&s.AssignmentRules, key)
	case KindTemplate:
		return remove(&s.Templates, key)
	}
	return false
}

// Clone copies the set; the definitions themselves are shared.
func (s *Set) Clone() *Set {
	c := &Set{}
	for _, d := range s.All() {
		c.Add(d)
	}
	return c
}

// MarshalJSON writes the set as an array of its definitions.
func (s *Set) MarshalJSON() ([]byte, error) {
	all := s.All()
	if all == nil {
		all = []Definition{}
	}
	return marshal(all, "")
}

// UnmarshalJSON reads what MarshalJSON wrote. It does not check the
// definitions: use Decode for what people write.
func (s *Set) UnmarshalJSON(data []byte) error {
	var docs []json.RawMessage
	if err := json.Unmarshal(data, &docs); err != nil {
		return err
	}
	*s = Set{}
	for _, doc := range docs {
		var head struct {
			Kind Kind `json:"kind"`
		}
		if err := json.Unmarshal(doc, &head); err != nil {
			return err
		}
		empty, ok := fresh[head.Kind]
		if !ok {
			return fmt.Errorf("schemas: unknown kind %q", head.Kind)
		}
		d := empty()
		if err := json.Unmarshal(doc, d); err != nil {
			return err
		}
		s.Add(d)
	}
	return nil
}

func put[D Definition](in *[]D, d D) {
	for i, old := range *in {
		if old.DefinitionKey() == d.DefinitionKey() {
			(*in)[i] = d
			return
		}
	}
	*in = append(*in, d)
}

func list[D Definition](to []Definition, from []D) []Definition {
	for _, d := range from {
		to = append(to, d)
	}
	return to
}

func remove[D Definition](from *[]D, key string) bool {
	n := len(*from)
	*from = slices.DeleteFunc(*from, func(d D) bool { return d.DefinitionKey() == key })
	return len(*from) < n
}
