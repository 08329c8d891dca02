package comment

import (
	"context"
	"regexp"
	"slices"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/store"
)

// addressed finds logins in a text: @li.lei.
var addressed = regexp.MustCompile(`(?:^|[^\pL\pN._@-])@([A-Za-z0-9][A-Za-z0-9._-]*)`)

// mentions are the ids of the active users that a comment names; one that is named in
// so many words must exist.
func (s *Service) mentions(ctx context.Context, d Draft) ([]string, error) {
	people, err := s.o.Directory.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for i, name := range d.Mentions {
		p := people.Person(name)
		if p == nil || !p.Active {
			return nil, problem.Of(problem.Invalid, problem.At(problem.Pointer("mentions", i), "no_such_record"))
		}
		ids = append(ids, p.ID)
	}
	for _, found := range addressed.FindAllStringSubmatch(d.Text, -1) {
		if p := person(people, found[1]); p != nil {
			ids = append(ids, p.ID)
		}
	}
	ids = distinct(ids)
	if len(ids) > maxMentions {
		return nil, problem.Of(problem.Invalid, problem.At("/mentions", "too_many_items", "max", maxMentions))
	}
	return ids, nil
}

// person is the active user whose login stands in a text, where a full stop may follow.
func person(people *access.Directory, login string) *access.Person {
	for ; login != ""; login = login[:len(login)-1] {
		if p := people.Person(login); p != nil && p.Login == login && p.Active {
			return p
		}
		if last := login[len(login)-1]; last != '.' && last != '-' && last != '_' {
			return nil
		}
	}
	return nil
}

func distinct(ids []string) []string {
	var out []string
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// mentionOps tell those who are mentioned, but not the author nor anybody who may not
// read the record.
func (s *Service) mentionOps(ctx context.Context, who *access.Actor, c Comment) ([]store.Op, error) {
	var to []string
	for _, id := range c.Mentions {
		if id == who.UserID {
			continue
		}
		reader, err := s.o.Directory.ActorOf(ctx, id)
		if err == nil {
			err = s.seen(ctx, reader, c.Entity, c.Record)
		}
		switch problem.CodeOf(err) {
		case "":
			to = append(to, id)
		case problem.NotFound, problem.Forbidden, problem.Unauthenticated:
		default:
			return nil, err
		}
	}
	if len(to) == 0 {
		return nil, nil
	}
	people, err := s.o.Directory.Directory(ctx)
	if err != nil {
		return nil, err
	}
	name := ""
	if p := people.Person(who.UserID); p != nil {
		name = p.Name
	}
	return s.o.Notifier.MentionOps(ctx, to, name, c)
}
