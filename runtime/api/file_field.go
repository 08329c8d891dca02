package api

import (
	"weft/runtime/files"
	"weft/runtime/model"
	"weft/runtime/problem"
)

// uploadOptions are the options of an upload that the request determines: user,
// idempotency key, and the limits of the field that ?entity= and ?field= name.
// Without a field the limits are checked when a record takes the file.
func (rc *requestContext) uploadOptions() (files.Upload, error) {
	u := files.Upload{By: rc.actor.UserID, MaxSize: rc.s.o.MaxUpload}
	var err error
	if u.Key, err = rc.idempotencyKey(); err != nil {
		return u, err
	}
	q := rc.r.URL.Query()
	if !q.Has("entity") && !q.Has("field") {
		return u, nil
	}
	f, err := rc.fileField(q.Get("entity"), q.Get("field"))
	if err != nil {
		return u, err
	}
	if f.Def.MaxBytes > 0 {
		u.MaxSize = min(u.MaxSize, f.Def.MaxBytes)
	}
	u.Field = q.Get("entity") + "/" + q.Get("field")
	u.Accept, u.KeepMetadata = f.MediaTypes(), f.Def.KeepPosition
	return u, nil
}

// fileField finds a file field that the caller may write on some row. A field
// that the caller may neither read nor write is unknown.
func (rc *requestContext) fileField(entity, field string) (*model.Field, error) {
	rights, err := rc.s.o.Access.Rights(rc.ctx, rc.actor)
	if err != nil {
		return nil, err
	}
	v := viewer{rights: rights, m: rights.Model}
	e := v.m.Entities[entity]
	if e == nil || !v.uses(entity) {
		return nil, problem.Of(problem.Invalid, problem.At("/entity", "unknown_entity", "entity", entity))
	}
	f, writes := e.ByKey[field], v.writable(entity, field)
	switch {
	case f == nil || !writes && !rights.Readable(entity, field):
		return nil, problem.Of(problem.Invalid, problem.At("/field", "unknown_field", "field", field))
	case !f.HoldsFiles():
		return nil, problem.Of(problem.Invalid, problem.At("/field", "no_file_field", "field", field))
	case !writes:
		return nil, problem.Of(problem.Invalid, problem.At("/field", "not_writable"))
	}
	return f, nil
}
