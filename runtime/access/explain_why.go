package access

import (
	"weft/runtime/model"
	"weft/schemas"
)

var (
	operationTitles = map[schemas.Operation]schemas.Title{
		schemas.OpCreate: {ZhCN: "新建", En: "create"}, schemas.OpRead: {ZhCN: "查看", En: "read"},
		schemas.OpUpdate: {ZhCN: "修改", En: "update"}, schemas.OpDelete: {ZhCN: "删除", En: "delete"},
		schemas.OpExport: {ZhCN: "导出", En: "export"}, schemas.OpImport: {ZhCN: "导入", En: "import"},
		schemas.OpImportHistory: {ZhCN: "导入历史", En: "import history"}, schemas.OpClaim: {ZhCN: "领取", En: "claim"},
	}
	nobody       = schemas.Title{ZhCN: "无人", En: "nobody"}
	noDepartment = schemas.Title{ZhCN: "无部门", En: "no department"}
)

// missing lists what one grant lacks: the operation, the field, or why the row
// is outside its scope. Nothing is missing when the grant decides.
func (x *explainer) missing(g BoundGrant) []Reason {
	var out []Reason
	if !g.Grant.Ops[x.op] {
		out = append(out, reason(g.Grant, "explain_operation", "role", x.roleTitle(g.Grant.Role), "op", operationTitles[x.op]))
	}
	if x.field != nil && !fieldSet(g.Grant, !readsOnly(x.op)).Has(x.field.Key) {
		code := "explain_field_read"
		if !readsOnly(x.op) {
			code = "explain_field_write"
		}
		out = append(out, reason(g.Grant, code, "role", x.roleTitle(g.Grant.Role), "field", x.field.Def.Title))
	}
	if x.doc == nil {
		if isNone(g.Scope) {
			out = append(out, reason(g.Grant, "explain_scope_empty", "role", x.roleTitle(g.Grant.Role)))
		}
		return out
	}
	if x.rights.covers(g, x.doc) {
		return out
	}
	if x.entity.OnlyRead() {
		return append(out, reason(g.Grant, "explain_with_record", "entity", x.entity.Def.Title))
	}
	if len(g.Grant.Scopes) == 0 {
		return append(out, reason(g.Grant, "explain_scope_empty", "role", x.roleTitle(g.Grant.Role)))
	}
	for _, s := range g.Grant.Scopes {
		out = append(out, x.outside(g.Grant, s))
	}
	return out
}

// outside says why the row is not in one scope of a grant.
func (x *explainer) outside(g *model.Grant, s model.Scope) Reason {
	var owner any = nobody
	var department any = noDepartment
	if p := x.ownerOf(); p != nil {
		owner = p.Name
		if p.Department != "" {
			department = x.departmentName(p.Department)
		}
	}
	role := x.roleTitle(g.Role)
	switch s.Type {
	case "own":
		return reason(g, "explain_not_owner", "role", role, "owner", owner, "user", x.person.Name)
	case "department":
		return reason(g, "explain_not_department", "role", role, "owner", owner, "department", department, "user", x.person.Name)
	case "department_below":
		return reason(g, "explain_not_below", "role", role, "owner", owner, "department", department, "user", x.person.Name)
	case "subordinates":
		return reason(g, "explain_not_subordinate", "role", role, "owner", owner, "user", x.person.Name)
	case "filter":
		return reason(g, "explain_not_matching", "role", role)
	}
	return reason(g, "explain_scope_empty", "role", role)
}

func (x *explainer) departmentName(id string) string {
	if name := x.people.names[id]; name != "" {
		return name
	}
	return id
}

func (x *explainer) roleTitle(key string) any {
	switch role := x.rights.Model.Roles[key]; {
	case role != nil && role.Def != nil:
		return role.Def.Title
	case key == RoleMember:
		return schemas.Title{ZhCN: "全体成员", En: "member"}
	}
	return key
}
