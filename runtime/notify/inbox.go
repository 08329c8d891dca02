package notify

import (
	"context"
	"errors"
	"slices"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Page is a page of messages, the youngest first.
type Page struct {
	Items  []Notification `json:"items"`
	Cursor string         `json:"cursor,omitempty"`
	Unread int64          `json:"unread"` // of all messages, at most 1000
}

const (
	pageSize  = 50
	maxUnread = 1000
)

// List lists the messages of a person, unread ones alone if asked. A record that the
// person may not see now is not named. Error: invalid for a cursor that is none.
func (s *Service) List(ctx context.Context, who *access.Actor, unread bool, cursor string) (*Page, error) {
	mine := query.Cmp{Path: pathUser, Op: query.Eq, Value: who.UserID}
	fresh := query.All{mine, query.Cmp{Path: pathRead, Op: query.Eq, Value: false}}
	find := store.Find{Where: mine, Sort: []query.SortTerm{{Path: pathAt, Desc: true}}, IDDesc: true, Limit: pageSize + 1}
	if unread {
		find.Where = fresh
	}
	if cursor != "" {
		last, err := notifications.Get(ctx, s.o.Store, cursor)
		if err != nil || last.User != who.UserID {
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, read.StoreProblem(err)
			}
			return nil, problem.Of(problem.Invalid, problem.At("/cursor", "cursor"))
		}
		find.After = &store.Position{Values: []any{last.At}, ID: last.ID}
	}
	list, err := notifications.Find(ctx, s.o.Store, find)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	p := &Page{Items: list}
	if len(list) > pageSize {
		p.Items = list[:pageSize]
		p.Cursor = p.Items[pageSize-1].ID
	}
	if p.Unread, err = s.o.Store.Count(ctx, Collection, fresh, maxUnread); err != nil {
		return nil, read.StoreProblem(err)
	}
	return p, s.hideUnseen(ctx, who, p.Items)
}

// hideUnseen takes away the names of records that the person may not see.
func (s *Service) hideUnseen(ctx context.Context, who *access.Actor, list []Notification) error {
	for i := range list {
		n := &list[i]
		if n.Record == "" {
			continue
		}
		_, _, err := s.o.Reads.Get(ctx, who, n.Entity, n.Record, []string{"id"}, nil)
		switch problem.CodeOf(err) {
		case "":
		case problem.NotFound, problem.Forbidden:
			n.Entity, n.Record = "", ""
		default:
			return err
		}
	}
	return nil
}

// MarkRead marks messages of a person as read: those with these ids, or all of them.
// Ids of others are ignored. It tells how many were unread.
func (s *Service) MarkRead(ctx context.Context, who *access.Actor, ids []string, all bool) (int, error) {
	list, err := s.unread(ctx, who, ids, all)
	if err != nil {
		return 0, err
	}
	marked := 0
	for part := range slices.Chunk(list, 200) {
		b := &store.Batch{}
		for _, n := range part {
			n.Read, n.ReadAt = true, query.FormatInstant(s.o.Now())
			op, err := notifications.Put(n)
			if err != nil {
				return marked, err
			}
			b.Ops = append(b.Ops, op)
		}
		if err := s.o.Store.Commit(ctx, b); err != nil && !store.LostRace(err) { // lost: they are read already
			return marked, read.StoreProblem(err)
		}
		marked += len(part)
	}
	return marked, nil
}

func (s *Service) unread(ctx context.Context, who *access.Actor, ids []string, all bool) ([]Notification, error) {
	var found []Notification
	if all {
		where := query.All{query.Cmp{Path: pathUser, Op: query.Eq, Value: who.UserID}, query.Cmp{Path: pathRead, Op: query.Eq, Value: false}}
		for n, err := range notifications.Each(ctx, s.o.Store, where) {
			if err != nil {
				return nil, read.StoreProblem(err)
			}
			found = append(found, n)
		}
		return found, nil
	}
	list, err := notifications.GetMany(ctx, s.o.Store, ids)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	return slices.DeleteFunc(list, func(n Notification) bool { return n.User != who.UserID || n.Read }), nil
}
