package api

import (
	"cmp"
	"mime"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"weft/runtime/problem"
	"weft/runtime/request"
	"weft/runtime/transfer"
)

const (
	// importWait is how long a request waits for a small import to finish.
	importWait = 60 * time.Second
	// maxImport bounds the body; the transfer service bounds rows and columns.
	maxImport = 512 << 20
	// formMemory is how much of a form is kept in memory; the rest goes to disk.
	formMemory = 4 << 20
	csvType    = "text/csv"
	xlsxType   = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// importRecords takes a file as the body, or a form with one or more files and
// optionally a mapping, or the name of one, in the field "mapping". Without an
// entity in the path the mapping names the entities. A small import is
// answered when it is done (200), a larger one at once (202); both answers are
// its progress.
func importRecords(rc *requestContext) error {
	job, err := rc.importParameters()
	if err != nil {
		return err
	}
	if _, err := rc.s.o.Transfer.ImportRights(rc.ctx, rc.actor, job.Entity); err != nil {
		return err // before any of the body is read
	}
	rc.r.Body = http.MaxBytesReader(rc, rc.r.Body, maxImport)
	done, err := rc.importInputs(&job)
	if err != nil {
		return err
	}
	defer done()
	id, err := rc.s.o.Transfer.Import(rc.ctx, rc.actor, job)
	if err != nil {
		return cutOff(err)
	}
	return rc.importAnswer(id)
}

func (rc *requestContext) importParameters() (transfer.Job, error) {
	q := rc.r.URL.Query()
	job := transfer.Job{Entity: rc.vars()["entity"], Mapping: q.Get("mapping"), Sheet: q.Get("sheet"), Encoding: q.Get("encoding"), KeyField: q.Get("key")}
	var err error
	if text := q.Get("header_row"); text != "" {
		if job.Header, err = strconv.Atoi(text); err != nil || job.Header < 1 {
			return job, badParameter("header_row")
		}
	}
	if job.Key, err = rc.idempotencyKey(); err != nil {
		return job, err
	}
	for name, into := range map[string]*bool{"dry_run": &job.DryRun, "historical": &job.Historical} {
		if *into, err = rc.flag(name); err != nil {
			return job, err
		}
	}
	if _, ok := rc.s.o.Current.Model().Entity(job.Entity); !ok && job.Entity != "" {
		return job, problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": job.Entity})
	}
	return job, nil
}

// flag reads a parameter that is true or false; false when it is missing.
func (rc *requestContext) flag(name string) (bool, error) {
	q := rc.r.URL.Query()
	if !q.Has(name) {
		return false, nil
	}
	v, err := strconv.ParseBool(q.Get(name))
	if err != nil {
		return false, badParameter(name)
	}
	return v, nil
}

func (rc *requestContext) importInputs(job *transfer.Job) (done func(), err error) {
	media, params, err := mime.ParseMediaType(rc.r.Header.Get("Content-Type"))
	if len(rc.r.Header["Content-Type"]) > 1 {
		media = "" // ambiguous
	}
	if err == nil && media == "multipart/form-data" {
		return rc.importForm(job, params["boundary"])
	}
	ext := map[string]string{csvType: ".csv", xlsxType: ".xlsx"}[media]
	if err != nil || ext == "" {
		return nil, problem.New(problem.MediaType, "content_type", map[string]any{"want": "multipart/form-data, text/csv, XLSX"})
	}
	job.Inputs = []transfer.Input{{Name: cmp.Or(job.Entity, "data") + ext, Reader: rc.r.Body}}
	return func() {}, nil
}

func (rc *requestContext) importForm(job *transfer.Job, boundary string) (done func(), err error) {
	form, err := multipart.NewReader(rc.r.Body, boundary).ReadForm(formMemory)
	if err != nil {
		return nil, request.Incomplete(err)
	}
	var open []multipart.File
	done = func() {
		for _, f := range open {
			_ = f.Close()
		}
		_ = form.RemoveAll()
	}
	for _, parts := range form.File {
		for _, part := range parts {
			f, err := part.Open()
			if err != nil {
				done()
				return nil, err
			}
			open = append(open, f)
			if err := checkFileName(part.Filename); err != nil {
				done()
				return nil, err
			}
			job.Inputs = append(job.Inputs, transfer.Input{Name: filepath.Base(part.Filename), Reader: f})
		}
	}
	if documents := form.Value["mapping"]; len(documents) == 1 {
		if err := readMapping(job, documents[0]); err != nil {
			done()
			return nil, err
		}
	}
	if len(job.Inputs) == 0 {
		done()
		return nil, malformed("multipart_file", nil)
	}
	return done, nil
}

// readMapping reads the field "mapping": a name, or the document itself.
func readMapping(job *transfer.Job, text string) error {
	if len(text) == 0 || text[0] != '{' {
		job.Mapping = text
		return nil
	}
	if _, err := request.ParseJSON(text); err != nil {
		return err
	}
	document, problems := transfer.DecodeMapping([]byte(text))
	if len(problems) > 0 {
		return problem.Of(problem.Invalid, problems...)
	}
	job.Document = document
	return nil
}

func (rc *requestContext) importAnswer(id string) error {
	p, err := rc.s.o.Transfer.Wait(rc.ctx, rc.actor, id, importWait)
	if err != nil {
		return err
	}
	status := statusOf(p)
	if status == http.StatusAccepted {
		rc.Header().Set("Location", basePath+"/imports/"+id)
	}
	return rc.json(status, p.In(request.Language(rc.r)))
}

func getImport(rc *requestContext) error {
	p, err := rc.s.o.Transfer.Progress(rc.ctx, rc.actor, rc.vars()["id"])
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, p.In(request.Language(rc.r)))
}

// listImports answers the last imports that the caller may see.
func listImports(rc *requestContext) error {
	list, err := rc.s.o.Transfer.List(rc.ctx, rc.actor)
	if err != nil {
		return err
	}
	for _, p := range list {
		p.In(request.Language(rc.r))
	}
	return rc.json(http.StatusOK, map[string]any{"items": list})
}

func listMappings(rc *requestContext) error {
	list, err := rc.s.o.Transfer.Mappings(rc.ctx, rc.actor)
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, map[string]any{"items": list})
}

func getMapping(rc *requestContext) error {
	return rc.answer(rc.s.o.Transfer.GetMapping(rc.ctx, rc.actor, rc.vars()["name"]))
}

func putMapping(rc *requestContext) error {
	if _, err := rc.object(); err != nil {
		return err
	}
	return rc.answer(rc.s.o.Transfer.PutMapping(rc.ctx, rc.actor, rc.vars()["name"], []byte(rc.body)))
}
