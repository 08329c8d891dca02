package api

// Routes lists every route with its policy, the most used first. The builder's
// routes are mounted in addition, for administrators only.
func (s *Server) Routes() []Route {
	var all []Route
	for _, part := range [][]Route{recordRoutes(), transferRoutes(), accountRoutes(), intakeRoutes(), runRoutes(), assignmentRoutes(), notificationRoutes(), commentRoutes(), personalRoutes(), jobRoutes(), systemRoutes()} {
		all = append(all, part...)
	}
	if s.o.Backup != nil {
		all = append(all, Route{Name: "backup", Method: "GET", Path: basePath + "/backup", Policy: AdminOnly, Timeout: noTimeout, WriteTimeout: stallTimeout, handle: backup})
	}
	return all
}

const (
	recordsPath = basePath + "/records/{entity}"
	recordPath  = recordsPath + "/{id}"
)

func recordRoutes() []Route {
	return []Route{
		{Name: "record.get", Method: "GET", Path: recordPath, Policy: SignedIn, handle: getRecord},
		{Name: "record.query", Method: "POST", Path: recordsPath + "/query", Policy: SignedIn, ReadOnly: true, handle: queryRecords},
		{Name: "record.create", Method: "POST", Path: recordsPath, Policy: SignedIn, handle: createRecord},
		{Name: "record.update", Method: "PATCH", Path: recordPath, Policy: SignedIn, handle: updateRecord},
		{Name: "record.delete", Method: "DELETE", Path: recordPath, Policy: SignedIn, handle: deleteRecord},
		{Name: "record.transition", Method: "POST", Path: recordPath + "/transition", Policy: SignedIn, handle: transitionRecord},
		{Name: "record.restore", Method: "POST", Path: recordPath + "/restore", Policy: SignedIn, handle: restoreRecord},
		{Name: "record.history", Method: "GET", Path: recordPath + "/history", Policy: SignedIn, handle: recordHistory},
		{Name: "record.aggregate", Method: "POST", Path: recordsPath + "/aggregate", Policy: SignedIn, ReadOnly: true, handle: aggregateRecords},
		{Name: "record.board", Method: "POST", Path: recordsPath + "/board", Policy: SignedIn, ReadOnly: true, handle: boardRecords},
		{Name: "record.bin", Method: "POST", Path: recordsPath + "/bin/query", Policy: SignedIn, ReadOnly: true, handle: queryBin},
		{Name: "record.bulk", Method: "POST", Path: recordsPath + "/bulk", Policy: SignedIn, Timeout: longTimeout, handle: bulkRecords},
		{Name: "record.merge", Method: "POST", Path: recordsPath + "/merge", Policy: SignedIn, handle: mergeRecords},
	}
}

func transferRoutes() []Route {
	return []Route{
		{Name: "record.import", Method: "POST", Path: recordsPath + "/import", Policy: SignedIn, Timeout: longTimeout, handle: importRecords},
		{Name: "record.export", Method: "POST", Path: recordsPath + "/export", Policy: SignedIn, Timeout: longTimeout, WriteTimeout: exportStall, ReadOnly: true, handle: exportRecords},
		{Name: "import.create", Method: "POST", Path: basePath + "/imports", Policy: SignedIn, Timeout: longTimeout, handle: importRecords},
		{Name: "import.list", Method: "GET", Path: basePath + "/imports", Policy: SignedIn, handle: listImports},
		{Name: "import.get", Method: "GET", Path: basePath + "/imports/{id}", Policy: SignedIn, handle: getImport},
		{Name: "import.problems", Method: "GET", Path: basePath + "/imports/{id}/problems", Policy: SignedIn, Timeout: longTimeout, handle: importProblems},
		{Name: "import.undo", Method: "POST", Path: basePath + "/imports/{id}/undo", Policy: SignedIn, Timeout: longTimeout, handle: undoImport},
		{Name: "mapping.list", Method: "GET", Path: basePath + "/import-mappings", Policy: SignedIn, handle: listMappings},
		{Name: "mapping.get", Method: "GET", Path: basePath + "/import-mappings/{name}", Policy: SignedIn, handle: getMapping},
		{Name: "mapping.put", Method: "PUT", Path: basePath + "/import-mappings/{name}", Policy: SignedIn, handle: putMapping},
		{Name: "file.upload", Method: "POST", Path: basePath + "/files", Policy: SignedIn, Timeout: longTimeout, handle: uploadFile},
		{Name: "upload.capabilities", Method: "OPTIONS", Path: uploadsPath, Policy: Public, handle: uploadCapabilities},
		{Name: "upload.begin", Method: "POST", Path: uploadsPath, Policy: SignedIn, Timeout: longTimeout, handle: beginUpload},
		{Name: "upload.get", Method: "GET", Path: uploadsPath + "/{id}", Policy: SignedIn, handle: getUpload},
		{Name: "upload.options", Method: "OPTIONS", Path: uploadsPath + "/{id}", Policy: Public, handle: uploadCapabilities},
		{Name: "upload.override", Method: "POST", Path: uploadsPath + "/{id}", Policy: SignedIn, Timeout: longTimeout, handle: overrideMethod},
		{Name: "upload.append", Method: "PATCH", Path: uploadsPath + "/{id}", Policy: SignedIn, Timeout: longTimeout, handle: patchUpload},
		{Name: "upload.end", Method: "DELETE", Path: uploadsPath + "/{id}", Policy: SignedIn, handle: deleteUpload},
		{Name: "file.download", Method: "GET", Path: basePath + "/files/{id}", Policy: SignedIn, Timeout: longTimeout, handle: downloadFile},
		{Name: "file.thumbnail", Method: "GET", Path: basePath + "/files/{id}/thumbnail", Policy: SignedIn, handle: thumbnailFile},
	}
}

func accountRoutes() []Route {
	return []Route{
		{Name: "session.create", Method: "POST", Path: basePath + "/session", Policy: Public, handle: signIn},
		{Name: "session.delete", Method: "DELETE", Path: basePath + "/session", Policy: SignedIn, handle: signOut},
		{Name: "me", Method: "GET", Path: basePath + "/me", Policy: SignedIn, handle: me},
		{Name: "meta", Method: "GET", Path: basePath + "/meta", Policy: SignedIn, handle: showMeta},
		{Name: "password.set", Method: "PUT", Path: basePath + "/users/{id}/password", Policy: SignedIn, handle: setPassword},
		{Name: "token.list", Method: "GET", Path: basePath + "/tokens", Policy: SignedIn, handle: listTokens},
		{Name: "token.create", Method: "POST", Path: basePath + "/tokens", Policy: SignedIn, Idempotent: true, handle: createToken},
		{Name: "token.revoke", Method: "DELETE", Path: basePath + "/tokens/{id}", Policy: SignedIn, handle: revokeToken},
		{Name: "session.list", Method: "GET", Path: basePath + "/sessions", Policy: SignedIn, handle: listSessions},
		{Name: "session.revoke", Method: "DELETE", Path: basePath + "/sessions/{id}", Policy: SignedIn, handle: revokeSession},
		{Name: "session.revokeOthers", Method: "DELETE", Path: basePath + "/sessions", Policy: SignedIn, handle: revokeSessions},
		{Name: "access.explain", Method: "GET", Path: basePath + "/access/explain", Policy: SignedIn, handle: explain},
	}
}

func systemRoutes() []Route {
	return []Route{
		{Name: "live", Method: "GET", Path: basePath + "/live", Policy: SignedIn, Timeout: noTimeout, handle: liveSocket},
		{Name: "template.list", Method: "GET", Path: basePath + "/templates", Policy: AdminOnly, handle: listTemplates},
		{Name: "template.install", Method: "POST", Path: basePath + "/templates/{name}/install", Policy: AdminOnly, Timeout: longTimeout, Idempotent: true, handle: installTemplate},
		{Name: "template.uninstall", Method: "DELETE", Path: basePath + "/templates/{name}", Policy: AdminOnly, Timeout: longTimeout, handle: uninstallTemplate},
		{Name: "settings.get", Method: "GET", Path: basePath + "/settings", Policy: SignedIn, handle: getSettings},
		{Name: "settings.update", Method: "PATCH", Path: basePath + "/settings", Policy: AdminOnly, Idempotent: true, handle: patchSettings},
		{Name: "openapi", Method: "GET", Path: basePath + "/openapi.json", Policy: SignedIn, handle: openapiDocument},
		{Name: "healthz", Method: "GET", Path: healthPath, Policy: Public, Unlimited: true, handle: healthz},
		{Name: "readyz", Method: "GET", Path: "/readyz", Policy: Public, Unlimited: true, handle: readyz},
		{Name: "metrics", Method: "GET", Path: "/metrics", Policy: Operator, handle: metricsPage},
		{Name: "page", Method: "GET", Path: "/", Policy: Public, handle: startPage},
	}
}
