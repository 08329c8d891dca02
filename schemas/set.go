package schemas

import (
	"encoding/json"
	"fmt"
	"slices"
)

// lists are the definitions of each kind, in the order of Kinds.
func (s *Set) lists() []definitionList {
	return []definitionList{
		(*listOf[*Entity])(&s.Entities), (*listOf[*Form])(&s.Forms), (*listOf[*View])(&s.Views),
		(*listOf[*StageMachine])(&s.StageMachines), (*listOf[*Trigger])(&s.Triggers), (*listOf[*Role])(&s.Roles),
		(*listOf[*Script])(&s.Scripts), (*listOf[*Dashboard])(&s.Dashboards),
		(*listOf[*AssignmentRule])(&s.AssignmentRules), (*listOf[*Template])(&s.Templates),
	}
}

// Add puts d into the set; a definition of the same kind and key is replaced
// in its place.
func (s *Set) Add(d Definition) {
	for _, l := range s.lists() {
		l.put(d)
	}
}

// All lists the definitions, kind by kind in the order of Kinds, each kind in
// the order in which they were added.
func (s *Set) All() []Definition {
	var all []Definition
	if s == nil {
		return all
	}
	for _, l := range s.lists() {
		all = l.appendTo(all)
	}
	return all
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
	d, there := s.Get(kind, key)
	for _, l := range s.lists() {
		l.remove(d)
	}
	return there
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

// definitionList is the list of one kind; definitions of other kinds are passed over.
type definitionList interface {
	put(Definition)
	remove(Definition)
	appendTo([]Definition) []Definition
}

type listOf[D Definition] []D

func (l *listOf[D]) put(d Definition) {
	typed, ok := d.(D)
	if !ok {
		return
	}
	if i := slices.IndexFunc(*l, func(old D) bool { return old.DefinitionKey() == d.DefinitionKey() }); i >= 0 {
		(*l)[i] = typed
		return
	}
	*l = append(*l, typed)
}

func (l *listOf[D]) remove(d Definition) {
	*l = slices.DeleteFunc(*l, func(old D) bool { return Definition(old) == d })
}

func (l *listOf[D]) appendTo(all []Definition) []Definition {
	for _, d := range *l {
		all = append(all, d)
	}
	return all
}
