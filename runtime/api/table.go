package api

// Table lists every route with its policy, those in most use first. The
// builder's routes are mounted beside it, for administrators only.
func (s *Server) Table() []Route {
	var all []Route
	for _, part := range [][]Route{recordRoutes(), transferRoutes(), accountRoutes(), systemRoutes()} {
		all = append(all, part...)
	}
	if s.o.Backup != nil {
		all = append(all, Route{Name: "backup", Method: "GET", Path: base + "/backup", Policy: AdminOnly, Timeout: noTimeout, Stall: stallTimeout, handle: backup})
	}
	return all
}

const (
	recordsPath = base + "/records/{entity}"
	recordPath  = recordsPath + "/{id}"
)

func recordRoutes() []Route {
	return []Route{
		{Name: "record.get", Method: "GET", Path: recordPath, Policy: SignedIn, handle: getRecord},
		{Name: "record.query", Method: "POST", Path: recordsPath + "/query", Policy: SignedIn, Reads: true, handle: queryRecords},
		{Name: "record.create", Method: "POST", Path: recordsPath, Policy: SignedIn, handle: createRecord},
		{Name: "record.update", Method: "PATCH", Path: recordPath, Policy: SignedIn, handle: updateRecord},
		{Name: "record.delete", Method: "DELETE", Path: recordPath, Policy: SignedIn, handle: deleteRecord},
		{Name: "record.transition", Method: "POST", Path: recordPath + "/transition", Policy: SignedIn, handle: transitionRecord},
		{Name: "record.restore", Method: "POST", Path: recordPath + "/restore", Policy: SignedIn, handle: restoreRecord},
		{Name: "record.history", Method: "GET", Path: recordPath + "/history", Policy: SignedIn, handle: recordHistory},
		{Name: "record.aggregate", Method: "POST", Path: recordsPath + "/aggregate", Policy: SignedIn, Reads: true, handle: aggregateRecords},
		{Name: "record.board", Method: "POST", Path: recordsPath + "/board", Policy: SignedIn, Reads: true, handle: boardRecords},
		{Name: "record.bulk", Method: "POST", Path: recordsPath + "/bulk", Policy: SignedIn, Timeout: longTimeout, handle: bulkRecords},
		{Name: "record.merge", Method: "POST", Path: recordsPath + "/merge", Policy: SignedIn, handle: mergeRecords},
	}
}

func transferRoutes() []Route {
	return []Route{
		{Name: "record.import", Method: "POST", Path: recordsPath + "/import", Policy: SignedIn, Timeout: longTimeout, handle: importRecords},
		{Name: "record.export", Method: "POST", Path: recordsPath + "/export", Policy: SignedIn, Timeout: longTimeout, Reads: true, handle: exportRecords},
		{Name: "import.create", Method: "POST", Path: base + "/imports", Policy: SignedIn, Timeout: longTimeout, handle: importRecords},
		{Name: "import.get", Method: "GET", Path: base + "/imports/{id}", Policy: SignedIn, handle: getImport},
		{Name: "import.problems", Method: "GET", Path: base + "/imports/{id}/problems", Policy: SignedIn, Timeout: longTimeout, handle: importProblems},
		{Name: "import.undo", Method: "POST", Path: base + "/imports/{id}/undo", Policy: SignedIn, Timeout: longTimeout, Once: true, handle: undoImport},
		{Name: "mapping.get", Method: "GET", Path: base + "/import-mappings/{name}", Policy: SignedIn, handle: getMapping},
		{Name: "mapping.put", Method: "PUT", Path: base + "/import-mappings/{name}", Policy: SignedIn, handle: putMapping},
		{Name: "file.upload", Method: "POST", Path: base + "/files", Policy: SignedIn, Timeout: longTimeout, handle: uploadFile},
		{Name: "upload.begin", Method: "POST", Path: uploadsPath, Policy: SignedIn, Timeout: longTimeout, handle: beginUpload},
		{Name: "upload.get", Method: "GET", Path: uploadsPath + "/{id}", Policy: SignedIn, handle: getUpload},
		{Name: "upload.append", Method: "PATCH", Path: uploadsPath + "/{id}", Policy: SignedIn, Timeout: longTimeout, handle: patchUpload},
		{Name: "upload.end", Method: "DELETE", Path: uploadsPath + "/{id}", Policy: SignedIn, handle: deleteUpload},
		{Name: "file.download", Method: "GET", Path: base + "/files/{id}", Policy: SignedIn, Timeout: longTimeout, handle: downloadFile},
		{Name: "file.thumbnail", Method: "GET", Path: base + "/files/{id}/thumbnail", Policy: SignedIn, handle: thumbnailFile},
	}
}

func accountRoutes() []Route {
	return []Route{
		{Name: "session.create", Method: "POST", Path: base + "/session", Policy: Open, handle: signIn},
		{Name: "session.delete", Method: "DELETE", Path: base + "/session", Policy: SignedIn, handle: signOut},
		{Name: "me", Method: "GET", Path: base + "/me", Policy: SignedIn, handle: me},
		{Name: "meta", Method: "GET", Path: base + "/meta", Policy: SignedIn, handle: showMeta},
		{Name: "password.set", Method: "PUT", Path: base + "/users/{id}/password", Policy: SignedIn, handle: setPassword},
		{Name: "token.list", Method: "GET", Path: base + "/tokens", Policy: SignedIn, handle: listTokens},
		{Name: "token.create", Method: "POST", Path: base + "/tokens", Policy: SignedIn, Once: true, handle: createToken},
		{Name: "token.revoke", Method: "DELETE", Path: base + "/tokens/{id}", Policy: SignedIn, handle: revokeToken},
		{Name: "session.list", Method: "GET", Path: base + "/sessions", Policy: SignedIn, handle: listSessions},
		{Name: "session.revoke", Method: "DELETE", Path: base + "/sessions/{id}", Policy: SignedIn, handle: revokeSession},
		{Name: "session.revokeOthers", Method: "DELETE", Path: base + "/sessions", Policy: SignedIn, handle: revokeSessions},
		{Name: "access.explain", Method: "GET", Path: base + "/access/explain", Policy: AdminOnly, handle: explain},
	}
}

func systemRoutes() []Route {
	return []Route{
		{Name: "live", Method: "GET", Path: base + "/live", Policy: SignedIn, Timeout: noTimeout, handle: liveSocket},
		{Name: "template.list", Method: "GET", Path: base + "/templates", Policy: AdminOnly, handle: listTemplates},
		{Name: "template.install", Method: "POST", Path: base + "/templates/{name}/install", Policy: AdminOnly, Timeout: longTimeout, Once: true, handle: installTemplate},
		{Name: "openapi", Method: "GET", Path: base + "/openapi.json", Policy: SignedIn, handle: openapiDocument},
		{Name: "healthz", Method: "GET", Path: livePath, Policy: Open, handle: healthz},
		{Name: "readyz", Method: "GET", Path: "/readyz", Policy: Open, handle: readyz},
		{Name: "metrics", Method: "GET", Path: "/metrics", Policy: Operator, handle: metricsPage},
		{Name: "page", Method: "GET", Path: "/", Policy: Open, handle: startPage},
	}
}
