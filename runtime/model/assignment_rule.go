package model

import (
	"weft/runtime/formula"
	"weft/runtime/query"
	"weft/schemas"
)

// AssignmentRule is a compiled assignment rule.
type AssignmentRule struct {
	Def    *schemas.AssignmentRule
	Entity *Entity
	Owner  *Field
	Where  query.Filter
	// Users is the filter of the candidates over the built-in entity user.
	Users query.Filter
	// People is the entity that holds what is known of people, and Person its user
	// field; Person is nil when People is the built-in entity user.
	People *Entity
	Person *Field
	// Open says which records of an owner count as load.
	Open    query.Filter
	Load    *AssignmentLoad // nil for no limit
	Filters []AssignmentFilter
	Factors []AssignmentFactor
	Values  []Assignment
	// Overflow and Claim are nil for none.
	Overflow *AssignmentOverflow
	Claim    *AssignmentClaim
	// OverrideReason is nil for none.
	OverrideReason *Field
}

// AssignmentLoad is how many open records a person gets at most; Capacity is nil for none.
type AssignmentLoad struct {
	Limit    int
	Capacity *query.Path
}

// AssignmentFilter is a compiled filter over people.
type AssignmentFilter struct {
	Def   *schemas.AssignmentFilter
	Where *RecordFilter
}

// AssignmentFactor is a compiled factor.
type AssignmentFactor struct {
	Def *schemas.AssignmentFactor
	// Title is that of the factor, or of the field that it reads.
	Title schemas.Title
	// Field of the record and Person of the person, for types that have them.
	Field, Person query.Path
	// Reads are all paths of the record that the factor reads.
	Reads []query.Path
	// Entity, Owner and Where of the type count.
	Entity *Entity
	Owner  *Field
	Where  *RecordFilter
	// Formula of the type formula; paths of the person begin with "person.".
	Formula *formula.Expr
}

// AssignmentOverflow is a compiled overflow; Reason and Queue are nil for none.
type AssignmentOverflow struct {
	Values []Assignment
	Reason *Field
	Queue  *AssignmentQueue
}

// AssignmentQueue is a compiled queue; Reason is nil for none.
type AssignmentQueue struct {
	Entity         *Entity
	Record, Reason *Field
	Values         []Assignment
}

// AssignmentClaim is a compiled claim.
type AssignmentClaim struct {
	Def    *schemas.AssignmentClaim
	Where  query.Filter
	Values []Assignment
}

// DefaultAssignmentLimit is how many open records one person gets at most where
// the load of a rule does not say.
const DefaultAssignmentLimit = 8

// ClaimRule is the rule by which records of the entity are claimed; nil when they cannot be.
func (e *Entity) ClaimRule() *AssignmentRule {
	for _, r := range e.AssignmentRules {
		if r.Claim != nil {
			return r
		}
	}
	return nil
}

// countIndexes let records be counted by their owners from an index alone: open
// ones for the load of a rule, those of a factor.
func (e *Entity) countIndexes() []query.Index {
	var list []query.Index
	for _, r := range e.AssignmentRules {
		if r.Load != nil || r.Claim != nil {
			list = append(list, countIndex(r.Owner, r.Open))
		}
	}
	for _, f := range e.countedBy {
		list = append(list, countIndex(f.Owner, f.Where.shape()))
	}
	return list
}

// countIndex begins with the owner, then come fields of the filter.
func countIndex(owner *Field, filter query.Filter) query.Index {
	i := query.Index{Name: "count_" + owner.Key, Keys: []query.IndexKey{{Path: owner.Path()}}}
	seen := map[string]bool{owner.Key: true}
	for _, p := range filter.Fields() {
		indexed := p.Kind != query.Keys && p.Kind != query.Object && p.Kind != query.Text
		if p.Through != "" || !indexed || seen[p.Field] || len(i.Keys) == 4 {
			continue
		}
		seen[p.Field] = true
		i.Keys = append(i.Keys, query.IndexKey{Path: query.Path{Field: p.Field, Kind: p.Kind}})
		i.Name += "_" + p.Field
	}
	return i
}
