package api

import (
	"net/http"
	"regexp"
	"strings"

	"weft/runtime/model"
)

type object = map[string]any

// openapiDocument answers an OpenAPI 3.1 document of the API as the caller may
// use it: the paths and schemas of readable entities, with readable fields.
func openapiDocument(rc *requestContext) error {
	rights, err := rc.s.o.Access.Rights(rc.ctx, rc.actor)
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, rc.s.document(viewer{rights: rights, m: rights.Model}))
}

func (s *Server) document(v viewer) object {
	version := s.o.Version
	if version == "" {
		version = "0"
	}
	paths, schemas := object{}, commonSchemas()
	for _, rt := range s.Routes() {
		if rt.Policy == AdminOnly && !v.rights.Actor.Admin {
			continue
		}
		if strings.Contains(rt.Path, "{entity}") {
			continue
		}
		addOperation(paths, rt.Path, rt.Method, fixedOperation(rt))
	}
	if v.rights.Actor.Admin {
		for _, rt := range s.builder {
			addOperation(paths, rt.Path, rt.Method, builderOperation(rt))
		}
	}
	for _, e := range v.usable() {
		addEntitySchemas(schemas, v, e)
		for _, rt := range s.Routes() {
			if strings.Contains(rt.Path, "{entity}") && v.offers(rt, e) {
				addOperation(paths, strings.Replace(rt.Path, "{entity}", e.Key, 1), rt.Method, entityOperation(rt, e))
			}
		}
	}
	return object{
		"openapi": "3.1.0",
		"info":    object{"title": "weft", "version": version, "license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"}},
		"servers": []any{object{"url": "/"}},
		"paths":   paths,
		"components": object{
			"schemas": schemas,
			"securitySchemes": object{
				"bearer": object{"type": "http", "scheme": "bearer"},
				"cookie": object{"type": "apiKey", "in": "cookie", "name": cookieName},
			},
		},
	}
}

// routePattern is the pattern of a path parameter, which OpenAPI does not write.
var routePattern = regexp.MustCompile(`:[^}]*}`)

func addOperation(paths object, path, method string, op object) {
	path = routePattern.ReplaceAllString(path, "}")
	item, ok := paths[path].(object)
	if !ok {
		item = object{}
		paths[path] = item
	}
	item[strings.ToLower(method)] = op
}

// fixedOperation documents a route whose path has no entity.
func fixedOperation(rt Route) object {
	d := docs[rt.Name]
	return operation(rt, d, strings.ReplaceAll(rt.Name, ".", "_"), d.Tag, ref)
}

// builderOperation documents a route of the builder.
func builderOperation(rt Route) object {
	id := strings.ToLower(rt.Method) + strings.NewReplacer("/", "_", "{", "", "}", "").Replace(strings.TrimPrefix(rt.Path, basePath))
	return operation(rt, builderDoc(rt), id, "builder", ref)
}

// entityOperation documents a route for one entity. Schema names that begin with
// "." belong to the entity.
func entityOperation(rt Route, e *model.Entity) object {
	id := strings.ReplaceAll(rt.Name, ".", "_") + "_" + e.Key
	return operation(rt, docs[rt.Name], id, e.Key, func(name string) object {
		if own, ok := strings.CutPrefix(name, "."); ok {
			return ref(strings.TrimSuffix(e.Key+"."+own, "."))
		}
		return ref(name)
	})
}

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

func operation(rt Route, d doc, id, tag string, schema func(string) object) object {
	d.Idempotent = d.Idempotent || rt.Idempotent
	op := object{"operationId": id, "summary": d.Summary, "tags": []string{tag}, "responses": responses(rt, d, schema)}
	op["security"] = []any{}
	if rt.Policy != Public {
		op["security"] = []any{object{"bearer": []any{}}, object{"cookie": []any{}}}
	}
	if params := parameters(rt, d); len(params) > 0 {
		op["parameters"] = params
	}
	if d.Body != "" {
		content := object{}
		for _, t := range d.bodyTypes() {
			content[t] = object{"schema": schema(d.Body)}
			if d.TableBody != "" && t != "multipart/form-data" {
				content[t] = object{"schema": schema(d.TableBody)}
			}
		}
		op["requestBody"] = object{"required": !d.BodyOptional, "content": content}
	}
	return op
}

func responses(rt Route, d doc, schema func(string) object) object {
	out := object{}
	for _, s := range d.statuses(rt) {
		refusal := object{"description": statusText(s), "content": object{"application/problem+json": object{"schema": ref("Problem")}}}
		if s == "429" || s == "503" {
			refusal["headers"] = headersOf("Retry-After")
		}
		out[s] = refusal
	}
	for status, a := range d.Answers {
		answer := object{"description": statusText(status)}
		if a.Schema != "" {
			answer["content"] = object{a.mediaType(): object{"schema": schema(a.Schema)}}
		} else if a.Type != "" {
			answer["content"] = object{a.Type: object{}}
		}
		if headers := headersOf(a.Headers...); len(headers) > 0 {
			answer["headers"] = headers
		}
		out[status] = answer
	}
	return out
}

func headersOf(names ...string) object {
	headers := object{}
	for _, name := range names {
		headers[name] = responseHeaders[name]
	}
	return headers
}

func statusText(status string) string {
	code := 0
	for _, c := range status {
		code = code*10 + int(c-'0')
	}
	return http.StatusText(code)
}

func parameters(rt Route, d doc) []any {
	var list []any
	for part := range strings.SplitSeq(rt.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok && part != "{entity}" {
			name, _, _ = strings.Cut(strings.TrimSuffix(name, "}"), ":")
			list = append(list, parameter(name, "path", "", object{"type": "string"}))
		}
	}
	for _, q := range d.Query {
		list = append(list, parameter(q.Name, "query", q.About, q.Schema))
	}
	for _, h := range d.Headers {
		list = append(list, parameter(h.Name, "header", h.About, h.Schema))
	}
	if d.IfMatch {
		list = append(list, parameter("If-Match", "header", "The revision the caller saw; another one is 412", object{"type": "string"}))
	}
	if d.Idempotent {
		list = append(list, parameter("Idempotency-Key", "header", "A repeated call with the same key and body is answered again, not done again",
			object{"type": "string", "minLength": 1, "maxLength": 200}))
	}
	return list
}

func parameter(name, in, about string, schema object) object {
	p := object{"name": name, "in": in, "schema": schema}
	if in == "path" {
		p["required"] = true
	}
	if about != "" {
		p["description"] = about
	}
	return p
}
