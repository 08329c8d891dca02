package model

import (
	"encoding/json"
	"regexp"
	"strings"

	"weft/runtime/problem"
)

func (c *compiler) taskStep(sc *stepScope, s *Step, here string) {
	s.Entity = c.entityOf("task", here+"/type")
	s.Title = c.titleText(sc, *s.Def.Title, here+"/title")
	s.People = c.people(sc, s.Def.To, here+"/to")
	if s.Def.Where != nil {
		c.taskCondition(sc, s, here)
	}
	if s.Def.Due == nil {
		return
	}
	var in string
	if json.Unmarshal(s.Def.Due, &in) == nil && durationForm.MatchString(in) {
		s.DueIn = in
		return
	}
	s.Due = c.stepValue(sc, nil, s.Def.Due, here+"/due")
}

// taskCondition checks the filter over the record that a task waits for.
func (c *compiler) taskCondition(sc *stepScope, s *Step, here string) {
	if !s.Def.Must {
		c.fail(here+"/must", "required")
	}
	if sc.entity == nil {
		c.fail(here+"/where", "no_record")
		return
	}
	c.filter(s.Def.Where, sc.entity, here+"/where")
}

var durationForm = regexp.MustCompile(`^[1-9][0-9]{0,5}(m|h|d|w|wd|wh)$`)

func (c *compiler) notifyStep(sc *stepScope, s *Step, here string) {
	s.Text = c.titleText(sc, *s.Def.Text, here+"/text")
	s.People = c.people(sc, s.Def.To, here+"/to")
}

// people compiles who gets a task or message.
func (c *compiler) people(sc *stepScope, raw json.RawMessage, here string) []*Recipient {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		if r := c.recipient(sc, raw, here); r != nil {
			return []*Recipient{r}
		}
		return nil
	}
	var out []*Recipient
	for i, one := range list {
		if r := c.recipient(sc, one, here+problem.Pointer(i)); r != nil {
			out = append(out, r)
		}
	}
	return out
}

// ownerWords are the paths that words for people stand for.
var ownerWords = map[string]string{"owner": "owner", "superior": "owner.superior"}

// recipient is a value, a user or department field (own, or across one reference), the
// word owner for whoever owns the record, superior for that person's superior, or a role.
func (c *compiler) recipient(sc *stepScope, raw json.RawMessage, here string) *Recipient {
	var name string
	if json.Unmarshal(raw, &name) != nil {
		return &Recipient{Value: c.stepValue(sc, nil, raw, here)}
	}
	if sc.entity != nil {
		key := name
		if word := ownerWords[name]; word != "" && sc.entity.ByKey[name] == nil {
			key = strings.Replace(word, "owner", sc.entity.OwnerField, 1)
		}
		if _, f, ok := sc.entity.follow(key); ok && f.Target != nil {
			switch v := func() *Value { return &Value{path: c.valuePath(sc, "", key, here)} }; f.Target.EntityKey() {
			case "user":
				return &Recipient{Value: v()}
			case "department":
				return &Recipient{Value: v(), Department: true}
			}
		}
	}
	c.roleKey(name, here)
	return &Recipient{Role: name}
}
