package access

import (
	"context"
	"encoding/base32"
	"fmt"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// adminName is the name under which the first admin appears.
const adminName = "Administrator"

// EnsureAdmin makes the user admin when there is none, with this password or,
// when it is empty, with a random one that is returned once. An admin that
// exists is left as it is. The user goes to the store in one commit with its
// password, so that no crash leaves an admin nobody can sign in as.
func (s *Service) EnsureAdmin(ctx context.Context, password string) (created bool, generated string, err error) {
	people, err := s.Directory(ctx)
	if err != nil || people.byLogin[AdminLogin] != nil {
		return false, "", err
	}
	if password == "" {
		generated = strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(randomBytes(15)))
		password = generated
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return false, "", err
	}
	id := newID()
	user, err := s.adminOp(id)
	if err != nil {
		return false, "", err
	}
	credential := credentialDoc{ID: id, Hash: hash, ChangedAt: query.FormatInstant(s.Now())}
	err = credentialTable.Save(ctx, s.Store, &credential, user)
	switch {
	case store.LostRace(err): // another process was faster
		return false, "", nil
	case err != nil:
		return false, "", fmt.Errorf("access: making the user admin: %w", err)
	}
	return true, generated, nil
}

// adminRow is the user's record.
type adminRow struct {
	ID        string `json:"id"`
	Rev       int64  `json:"rev"`
	CreatedAt string `json:"created_at"`
	CreatedBy string `json:"created_by"`
	UpdatedAt string `json:"updated_at"`
	UpdatedBy string `json:"updated_by"`
	Login     string `json:"login"`
	Name      string `json:"name"`
	Active    bool   `json:"active"`
}

var adminTable = table.New(userEntity, func(r *adminRow) (*string, *int64) { return &r.ID, &r.Rev })

// adminOp inserts the user's record with the sort keys and tokens that its
// entity asks for.
func (s *Service) adminOp(id string) (store.Op, error) {
	now := query.FormatInstant(s.Now())
	values := map[string]string{"login": AdminLogin, "name": adminName}
	op, err := adminTable.Put(adminRow{ID: id, CreatedAt: now, CreatedBy: id, UpdatedAt: now, UpdatedBy: id,
		Login: AdminLogin, Name: adminName, Active: true})
	if err != nil {
		return op, err
	}
	doc := &op.Doc
	e := s.Current.Model().Entities[userEntity]
	for key, value := range values {
		f := e.ByKey[key]
		if f == nil {
			continue
		}
		if f.Def.Sortable || f.Def.Searchable {
			if doc.Sort == nil {
				doc.Sort = map[string]string{}
			}
			doc.Sort[key] = query.SortKey(value)
		}
		if f.Def.Searchable {
			for _, t := range query.Tokens(value) {
				doc.Tokens = append(doc.Tokens, store.Token{Field: key, Text: t})
			}
		}
	}
	return op, nil
}
