package api

import (
	"maps"
	"net/http"
	"reflect"

	"weft/runtime/notify"
	"weft/runtime/problem"
)

func notificationRoutes() []Route {
	return []Route{
		{Name: "notification.list", Method: "GET", Path: basePath + "/notifications", Policy: SignedIn, handle: listNotifications},
		{Name: "notification.read", Method: "POST", Path: basePath + "/notifications/read", Policy: SignedIn, Idempotent: true, handle: readNotifications},
	}
}

func listNotifications(rc *requestContext) error {
	q := rc.r.URL.Query()
	unread := q.Get("unread")
	if unread != "" && unread != "true" && unread != "false" {
		return malformed("query_parameter", map[string]any{"name": "unread"})
	}
	page, err := rc.s.o.Notify.List(rc.ctx, rc.actor, unread == "true", q.Get("cursor"))
	if err != nil {
		return err
	}
	page.Items = orEmpty(page.Items)
	return rc.json(http.StatusOK, page)
}

type readBody struct {
	IDs []string `json:"ids"`
	All bool     `json:"all"`
}

func readNotifications(rc *requestContext) error {
	var in readBody
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	if in.All == (in.IDs != nil) {
		return problem.Of(problem.Invalid, problem.At("/ids", "ids_or_all"))
	}
	n, err := rc.s.o.Notify.MarkRead(rc.ctx, rc.actor, in.IDs, in.All)
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, map[string]any{"read": n})
}

func init() {
	maps.Copy(docs, map[string]doc{
		"notification.list": {Summary: "Messages to the caller, the youngest first", Tag: "notification", Query: []queryParameter{
			{"unread", "true: those that are not read", object{"type": "boolean"}}, {"cursor", "Where the last page ended", textParameter},
		}, Refusals: []int{422}, Answers: ok("Notifications")},
		"notification.read": {Summary: "Mark messages as read", Tag: "notification", Body: "ReadNotifications", Answers: ok("NotificationsRead")},
	})
}

func notificationSchemas(types *typeSchemas) object {
	return object{
		"Notifications":     types.members(reflect.TypeFor[notify.Page]()),
		"ReadNotifications": closedObject(nil, object{"ids": listOf(anyText), "all": object{"type": "boolean"}}),
		"NotificationsRead": closedObject([]string{"read"}, object{"read": anyInt}),
	}
}
