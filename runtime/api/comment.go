package api

import (
	"maps"
	"net/http"
	"reflect"

	"weft/runtime/comment"
	"weft/runtime/store"
)

func commentRoutes() []Route {
	return []Route{
		{Name: "comment.list", Method: "GET", Path: recordPath + "/comments", Policy: SignedIn, handle: listComments},
		{Name: "comment.add", Method: "POST", Path: recordPath + "/comments", Policy: SignedIn, Idempotent: true, handle: addComment},
		{Name: "comment.remove", Method: "DELETE", Path: recordPath + "/comments/{comment}", Policy: SignedIn, handle: removeComment},
	}
}

func listComments(rc *requestContext) error {
	v := rc.vars()
	page, err := rc.s.o.Comments.List(rc.ctx, rc.actor, v["entity"], v["id"], rc.r.URL.Query().Get("cursor"))
	if err != nil {
		return err
	}
	page.Items = orEmpty(page.Items)
	return rc.json(http.StatusOK, page)
}

func addComment(rc *requestContext) error {
	var in comment.Draft
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	v := rc.vars()
	c, err := rc.s.o.Comments.Add(rc.ctx, rc.actor, v["entity"], v["id"], in, func(c *comment.Comment) ([]store.Op, error) {
		return rc.answerOps(http.StatusCreated, c)
	})
	if err != nil {
		return err
	}
	return rc.json(http.StatusCreated, c)
}

func removeComment(rc *requestContext) error {
	v := rc.vars()
	return rc.done(rc.s.o.Comments.Remove(rc.ctx, rc.actor, v["entity"], v["id"], v["comment"]))
}

func init() {
	maps.Copy(docs, map[string]doc{
		"comment.list": {Summary: "Comments on a record, the youngest first", Query: []queryParameter{
			{"cursor", "Where the last page ended", textParameter},
		}, Refusals: []int{422}, Answers: ok("Comments")},
		"comment.add":    {Summary: "Comment on a record; those whom it mentions are told", Body: "CommentDraft", Answers: tagged("201", "Comment")},
		"comment.remove": {Summary: "Remove a comment: one's own, or as an administrator", Answers: none()},
	})
}

func commentSchemas(types *typeSchemas) object {
	one := types.members(reflect.TypeFor[comment.Comment]())
	return object{
		"Comment": one, "Comments": closedObject([]string{"items"}, object{"items": listOf(ref("Comment")), "cursor": anyText}),
		"CommentDraft": closedObject([]string{"text"}, object{"text": anyText, "mentions": textList}),
	}
}
