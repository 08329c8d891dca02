package api

import (
	"net/http"
	"slices"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// showMeta answers everything a client needs to build its screens, restricted to
// the entities, fields and pages that the caller may use.
func showMeta(rc *requestContext) error {
	rights, err := rc.s.o.Access.Rights(rc.ctx, rc.actor)
	if err != nil {
		return err
	}
	v := viewer{rights: rights, m: rights.Model}
	return rc.json(http.StatusOK, metaAnswer{
		Version: v.m.Version, Entities: v.entities(), Forms: v.forms(), Views: v.views(),
		Dashboards: v.dashboards(), Menus: v.menus(), Roles: v.roles(), OwnRoles: v.ownRoles(),
	})
}

type metaAnswer struct {
	Version    int64                `json:"version"`
	Entities   []entityMeta         `json:"entities"`
	Forms      []*schemas.Form      `json:"forms"`
	Views      []*schemas.View      `json:"views"`
	Dashboards []*schemas.Dashboard `json:"dashboards"`
	Menus      []schemas.Menu       `json:"menus"`
	Roles      []roleItem           `json:"roles"`
	OwnRoles   []roleItem           `json:"own_roles"`
}

// viewer restricts a model to what one actor may use.
type viewer struct {
	rights *access.Rights
	m      *model.Model
}

// uses tells whether the actor can do anything with an entity.
func (v viewer) uses(entity string) bool {
	return v.rights.Allowed(entity, schemas.OpRead) || v.rights.Allowed(entity, schemas.OpCreate)
}

// assignedTo tells whether a page for these roles is meant for the actor.
func (v viewer) assignedTo(roles []string) bool {
	if len(roles) == 0 || v.rights.Actor.Admin {
		return true
	}
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(v.rights.Actor.Roles, r) })
}

// readable keeps the fields that the actor may read on some row.
func (v viewer) readable(entity string, keys []string) []string {
	kept := []string{}
	for _, k := range keys {
		if v.rights.Readable(entity, k) {
			kept = append(kept, k)
		}
	}
	return kept
}

// readableFilter tells whether the actor may read every path of a filter.
func (v viewer) readableFilter(e *model.Entity, f query.Filter) bool {
	for _, p := range f.Fields() {
		if _, ok := v.rights.RestrictPath(e, p); !ok {
			return false
		}
	}
	return true
}

func (v viewer) forms() []*schemas.Form {
	list := []*schemas.Form{}
	for _, f := range v.m.InForce.Forms {
		if !v.uses(f.Entity) || !v.assignedTo(f.Roles) {
			continue
		}
		cut := *f
		cut.Sections = make([]schemas.Section, len(f.Sections))
		for i, s := range f.Sections {
			s.Fields = v.readableOrWritable(f.Entity, s.Fields)
			cut.Sections[i] = s
		}
		list = append(list, &cut)
	}
	return list
}

// readableOrWritable keeps the fields that the actor may read or write on some row.
func (v viewer) readableOrWritable(entity string, keys []string) []string {
	kept := []string{}
	for _, k := range keys {
		if v.rights.Readable(entity, k) || v.writable(entity, k) {
			kept = append(kept, k)
		}
	}
	return kept
}

func (v viewer) views() []*schemas.View {
	list := []*schemas.View{}
	for _, def := range v.m.InForce.Views {
		compiled := v.m.Views[def.Key]
		if compiled == nil || !v.rights.Allowed(def.Entity, schemas.OpRead) || !v.assignedTo(def.Roles) {
			continue
		}
		if !v.readableFilter(compiled.Entity, compiled.Where) || (def.By != "" && !v.rights.Readable(def.Entity, def.By)) {
			continue
		}
		cut := *def
		cut.Columns = v.readable(def.Entity, def.Columns)
		cut.Sums = v.readable(def.Entity, def.Sums)
		cut.Sort = slices.DeleteFunc(slices.Clone(def.Sort), func(term string) bool {
			return !v.rights.Readable(def.Entity, trimSign(term))
		})
		list = append(list, &cut)
	}
	return list
}

func trimSign(term string) string {
	if term != "" && term[0] == '-' {
		return term[1:]
	}
	return term
}

// roleItem is a role that can be assigned.
type roleItem struct {
	Key   string        `json:"key"`
	Title schemas.Title `json:"title"`
}

// roles lists the roles that the actor can assign; none without that right.
func (v viewer) roles() []roleItem {
	list := []roleItem{}
	if !v.rights.Allowed("role_assignment", schemas.OpCreate) {
		return list
	}
	for _, r := range v.m.InForce.Roles {
		list = append(list, roleItem{Key: r.Key, Title: r.Title})
	}
	return list
}

// ownRoles are the roles that the actor has.
func (v viewer) ownRoles() []roleItem {
	list := []roleItem{}
	for _, r := range v.m.InForce.Roles {
		if slices.Contains(v.rights.Actor.Roles, r.Key) {
			list = append(list, roleItem{Key: r.Key, Title: r.Title})
		}
	}
	return list
}

func (v viewer) dashboards() []*schemas.Dashboard {
	list := []*schemas.Dashboard{}
	for _, d := range v.m.InForce.Dashboards {
		if !v.assignedTo(d.Roles) {
			continue
		}
		cut := *d
		cut.Widgets = slices.DeleteFunc(slices.Clone(d.Widgets), func(w schemas.Widget) bool {
			return !v.rights.Allowed(w.Entity, schemas.OpRead) || !v.readableWidget(w)
		})
		if len(cut.Widgets) > 0 {
			list = append(list, &cut)
		}
	}
	return list
}

// readableWidget tells whether the actor may read every field that a widget uses.
func (v viewer) readableWidget(w schemas.Widget) bool {
	at, ok := v.m.Entities[w.Entity]
	if !ok {
		return false
	}
	groups, _ := query.ParseGroups(w.GroupBy, at, "")
	metrics, _ := query.ParseMetrics(w.Metrics, at, "")
	var paths []query.Path
	for _, g := range groups {
		paths = append(paths, g.Path)
	}
	for _, m := range metrics {
		if m.Func != "count" {
			paths = append(paths, m.Path)
		}
	}
	for _, p := range paths {
		if _, ok := v.rights.RestrictPath(at, p); !ok {
			return false
		}
	}
	return true
}

// menus are the menu entries of all templates whose target the actor may use.
func (v viewer) menus() []schemas.Menu {
	views, boards := map[string]bool{}, map[string]bool{}
	for _, d := range v.views() {
		views[d.Key] = true
	}
	for _, d := range v.dashboards() {
		boards[d.Key] = true
	}
	list := []schemas.Menu{}
	for _, t := range v.m.InForce.Templates {
		for _, entry := range t.Menu {
			if (entry.View == "" || views[entry.View]) && (entry.Dashboard == "" || boards[entry.Dashboard]) &&
				(entry.Entity == "" || v.uses(entry.Entity)) {
				list = append(list, entry)
			}
		}
	}
	return list
}
