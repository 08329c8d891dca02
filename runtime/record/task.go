package record

import (
	"context"
	"encoding/json"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// States of the built-in entity task; any other one closes it.
const taskOpen = "open"

// checkTask keeps the rules of tasks: they are about a record that their author sees;
// one that must be done is closed only while that record matches its condition; and
// when a task is closed is noted.
func (cs *changeset) checkTask(ctx context.Context, ch *change) error {
	if ch.entity.Key != model.EntityTask || !ch.entity.BuiltIn {
		return nil
	}
	if ch.given["done_at"] && !cs.call.Historical {
		cs.problem(ch.path+"/done_at", "read_only")
	}
	if err := cs.checkTaskRecord(ctx, ch); err != nil {
		return err
	}
	wasOpen, isOpen := ch.op == opCreate || text(ch.before, "state") == taskOpen, text(ch.after, "state") == taskOpen
	switch {
	case isOpen:
		delete(ch.after, "done_at")
	case wasOpen:
		if ch.after["done_at"] == nil {
			ch.after["done_at"] = cs.stamp
		}
		return cs.checkTaskCondition(ctx, ch)
	}
	return nil
}

// checkTaskRecord checks what a task is about, where the caller writes it. What a
// trigger makes may be about a record that has been deleted.
func (cs *changeset) checkTaskRecord(ctx context.Context, ch *change) error {
	if !ch.given["entity"] && !ch.given["record"] && !ch.given["condition"] || cs.call.Source == SourceTrigger {
		return nil
	}
	entity, id := text(ch.after, "entity"), text(ch.after, "record")
	if entity == "" && id == "" {
		if text(ch.after, "condition") != "" {
			cs.problem(ch.path+"/record", "required")
		}
		return nil
	}
	e, ok := cs.model.Entity(entity)
	if !ok || e.OnlyRead() {
		cs.problem(ch.path+"/entity", "unknown_entity", "entity", entity)
		return nil
	}
	doc, err := cs.find(ctx, entity, id, true)
	if err != nil {
		return err
	}
	seen := doc != nil
	if seen {
		if seen, err = cs.mayRead(ctx, e, doc); err != nil {
			return err
		}
	}
	if !seen {
		cs.problem(ch.path+"/record", "no_such_record", "entity", e.Def.Title)
		return nil
	}
	_, ps := taskCondition(ch, e)
	for _, p := range ps {
		p.Path = ch.path + "/condition" + p.Path
		cs.problems = append(cs.problems, p)
	}
	return nil
}

// checkTaskCondition refuses to close a task whose record does not match its
// condition. A record that is gone needs nothing any more.
func (cs *changeset) checkTaskCondition(ctx context.Context, ch *change) error {
	must, _ := ch.after["must"].(bool)
	e, ok := cs.model.Entity(text(ch.after, "entity"))
	if !must || !ok || text(ch.after, "condition") == "" {
		return nil
	}
	doc, err := cs.find(ctx, e.Key, text(ch.after, "record"), true)
	if err != nil || doc == nil {
		return err
	}
	filter, ps := taskCondition(ch, e)
	if len(ps) > 0 { // a field that it names is no longer there
		return nil
	}
	met, err := cs.matches(ctx, filter, e, doc, true)
	if err == nil && !met {
		cs.refuse(problem.Of(problem.Guard, problem.At(ch.path+"/state", "task_condition")))
	}
	return err
}

// taskCondition is the filter over the record of a task.
func taskCondition(ch *change, e *model.Entity) (query.Filter, []problem.Field) {
	raw := text(ch.after, "condition")
	if raw == "" {
		return query.Filter{}, nil
	}
	return query.Parse(json.RawMessage(raw), e, "")
}

var (
	taskEntityPath = query.Path{Field: "entity", Kind: query.Text}
	taskRecordPath = query.Path{Field: "record", Kind: query.Text}
)

// moveTasks makes the tasks about a record that is merged away those of the record that
// is kept.
func (cs *changeset) moveTasks(ctx context.Context, keep, other *change) error {
	e := cs.model.Entities[model.EntityTask]
	where := query.All{
		query.Cmp{Path: taskEntityPath, Op: query.Eq, Value: other.entity.Key}, query.Cmp{Path: taskRecordPath, Op: query.Eq, Value: other.id},
	}
	for d, err := range store.Each(ctx, cs.s.store, e.Key, store.Find{Where: where, Limit: maxChildRows}) {
		if err != nil {
			return fmt.Errorf("record: tasks of %s: %w", other.id, err)
		}
		ch, err := cs.asChange(e, d)
		if err != nil {
			return err
		}
		if ch.op == "" {
			ch.op = opUpdate
		}
		ch.after["record"] = keep.id
	}
	return nil
}
