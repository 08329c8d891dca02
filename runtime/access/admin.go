package access

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"
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
	user, err := s.adminDoc(id)
	if err != nil {
		return false, "", err
	}
	credential, _, err := s.credentialOp(credentialDoc{ID: id}, hash)
	if err != nil {
		return false, "", err
	}
	err = s.Store.Commit(ctx, &store.Batch{Ops: []store.Op{
		{Kind: store.Insert, Collection: userEntity, Doc: user}, credential}})
	var taken *store.UniqueError
	if errors.As(err, &taken) { // another process was faster
		return false, "", nil
	}
	if err != nil {
		return false, "", fmt.Errorf("access: making the user admin: %w", err)
	}
	return true, generated, nil
}

// adminDoc is the user's record with the sort keys and tokens that its
// entity asks for.
func (s *Service) adminDoc(id string) (store.Doc, error) {
	now := instant(s.Now())
	values := map[string]string{"login": AdminLogin, "name": adminName}
	doc, err := docOf(id, 1, struct {
		ID        string `json:"id"`
		Rev       int64  `json:"rev"`
		CreatedAt string `json:"created_at"`
		CreatedBy string `json:"created_by"`
		UpdatedAt string `json:"updated_at"`
		UpdatedBy string `json:"updated_by"`
		Login     string `json:"login"`
		Name      string `json:"name"`
		Active    bool   `json:"active"`
	}{id, 1, now, id, now, id, AdminLogin, adminName, true})
	if err != nil {
		return doc, err
	}
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
	return doc, nil
}
