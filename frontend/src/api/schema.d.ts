// Made by tools/apitypes from the server's OpenAPI document. Do not edit.
export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Start page */
        get: operations["page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Why a person may or may not do something */
        get: operations["access_explain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/reasons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The most frequent reasons of failed and overridden assignments */
        get: operations["assignment_reasons"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download a backup */
        get: operations["backup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/assignment_rules/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whom an assignment rule, or a draft of one, would choose for a record */
        post: operations["post_builder_assignment_rules_try"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check a change of definitions */
        post: operations["post_builder_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/definitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Published definitions */
        get: operations["get_builder_definitions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/drafts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Drafts */
        get: operations["get_builder_drafts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/drafts/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a draft */
        get: operations["get_builder_drafts_name"];
        /** Create or change a draft */
        put: operations["put_builder_drafts_name"];
        post?: never;
        /** Delete a draft */
        delete: operations["delete_builder_drafts_name"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/drafts/{name}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check a draft */
        post: operations["post_builder_drafts_name_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/drafts/{name}/impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a draft affects */
        post: operations["post_builder_drafts_name_impact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/drafts/{name}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish a draft */
        post: operations["post_builder_drafts_name_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a change of definitions affects */
        post: operations["post_builder_impact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/packages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Installed packages */
        get: operations["get_builder_packages"];
        put?: never;
        /** Install a package */
        post: operations["post_builder_packages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/packages/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download a package */
        get: operations["get_builder_packages_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/packages/{key}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm a package's roles, scripts and role assignments */
        post: operations["post_builder_packages_key_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish a change of definitions */
        post: operations["post_builder_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/schemas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Kinds of definitions */
        get: operations["get_builder_schemas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/schemas/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Meta-schema of a kind of definition */
        get: operations["get_builder_schemas_kind"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/scripts/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a script would do about a record */
        post: operations["script_try"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/triggers/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a trigger would have done in the past, beside what was done */
        post: operations["trigger_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/triggers/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a trigger would do about a record */
        post: operations["trigger_try"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Published versions */
        get: operations["get_builder_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Definitions of a version */
        get: operations["get_builder_versions_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builder/versions/{version}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish the definitions of an earlier version again */
        post: operations["post_builder_versions_version_rollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Upload a file */
        post: operations["file_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin an upload that can be resumed (tus 1.0) */
        post: operations["upload_begin"];
        delete?: never;
        /** What resumable uploads support (tus 1.0), in headers */
        options: operations["upload_capabilities"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far an upload is, and which file it became */
        get: operations["upload_get"];
        put?: never;
        /** Another method on an upload, for clients that can send only POST */
        post: operations["upload_override"];
        /** Give an upload up */
        delete: operations["upload_end"];
        /** What resumable uploads support (tus 1.0), in headers */
        options: operations["upload_options"];
        head?: never;
        /** Go on with an upload */
        patch: operations["upload_append"];
        trace?: never;
    };
    "/api/v1/files/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download a file */
        get: operations["file_download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/{id}/thumbnail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A small picture of a file */
        get: operations["file_thumbnail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/forms/{form}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Links to a public form */
        get: operations["link_list"];
        put?: never;
        /** Make a link to a public form */
        post: operations["link_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/forms/{form}/links/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a link to a public form */
        delete: operations["link_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An inbound webhook: what is sent is kept, and triggers start */
        post: operations["webhook_call"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/import-mappings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Saved import mappings */
        get: operations["mapping_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/import-mappings/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read an import mapping */
        get: operations["mapping_get"];
        /** Save an import mapping */
        put: operations["mapping_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last imports */
        get: operations["import_list"];
        put?: never;
        /** Import records from CSV or XLSX */
        post: operations["import_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How an import stands */
        get: operations["import_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every row problem of an import */
        get: operations["import_problems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revert an import; records that were worked on since are kept unless all is true */
        post: operations["import_undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an administrator has to look at */
        get: operations["incident_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Close an incident; what was stopped for it goes on */
        post: operations["incident_close"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Work that waits, runs or failed */
        get: operations["job_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a job away */
        post: operations["job_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a job run now, with all its attempts */
        post: operations["job_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Live queries (websocket) */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the caller is */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meta": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the caller may use */
        get: operations["meta"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages to the caller, the youngest first */
        get: operations["notification_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark messages as read */
        post: operations["notification_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/payloads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent from outside, as it arrived */
        get: operations["payload_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/payloads/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the record of a refused payload after all */
        post: operations["payload_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/preferences/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A preference of the caller */
        get: operations["preference_get"];
        /** Set a preference of the caller; null takes it away */
        put: operations["preference_set"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/forms/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A public form, for people without a login */
        get: operations["public_form_get"];
        put?: never;
        /** Send a public form */
        post: operations["public_form_submit"];
        delete?: never;
        /** Which other web sites may send the form */
        options: operations["public_form_options"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs of triggers, newest first */
        get: operations["run_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One run, step by step */
        get: operations["run_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a run */
        post: operations["run_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a run go on that failed or was stopped */
        post: operations["run_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take back what a run has changed */
        post: operations["run_undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in */
        post: operations["session_create"];
        /** Sign out */
        delete: operations["session_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Open sessions */
        get: operations["session_list"];
        put?: never;
        post?: never;
        /** End all sessions but this one */
        delete: operations["session_revokeOthers"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a session */
        delete: operations["session_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Settings of the organisation */
        get: operations["settings_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change settings of the organisation (JSON merge patch; null restores the default) */
        patch: operations["settings_update"];
        trace?: never;
    };
    "/api/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shipped templates */
        get: operations["template_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove an installed template or package */
        delete: operations["template_uninstall"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{name}/install": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Install a template */
        post: operations["template_install"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** API tokens */
        get: operations["token_list"];
        put?: never;
        /** Make an API token */
        post: operations["token_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End an API token */
        delete: operations["token_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set a user's password */
        put: operations["password_set"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process lives */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics for Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Requests can be served */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AggregateQuery: {
            groupBy?: unknown[];
            limit?: number;
            /** @description {"n":["count"],"sum":["sum","amount"]} */
            metrics?: {
                [key: string]: string[];
            };
            search?: string;
            sort?: string[];
            /** @description A condition ["stage","=","won"], or {"all":[…]}, {"any":[…]}, {"not":…} */
            where?: unknown;
        };
        Anything: unknown;
        /** Format: binary */
        Archive: string;
        AssignAnswer: {
            candidates: components["schemas"]["AssignCandidate"][];
            id?: string;
            more?: {
                [key: string]: number;
            };
            /** @enum {string} */
            outcome: "assigned" | "kept" | "nobody";
            reason?: {
                code: string;
                message: {
                    en?: string;
                    "zh-CN"?: string;
                };
            };
            rule: string;
            winner: string | null;
        };
        AssignCandidate: {
            factors: {
                key: string;
                score: number;
                weight: number;
                why: {
                    en?: string;
                    "zh-CN"?: string;
                };
            }[];
            /** Format: date-time */
            last_at?: string;
            name?: string;
            open?: number;
            skipped?: {
                code: string;
                message: {
                    en?: string;
                    "zh-CN"?: string;
                };
            };
            total: number;
            user: string;
        };
        AssignReason: {
            code: string;
            count: number;
            note?: string;
            title: components["schemas"]["Title"];
        };
        AssignRequest: {
            dry_run?: boolean;
            rule: string;
        };
        AssignmentReasons: {
            items: components["schemas"]["AssignReason"][];
        };
        AssignmentTraces: {
            cursor?: string;
            items: {
                candidates: components["schemas"]["AssignCandidate"][];
                id: string;
                message?: {
                    en?: string;
                    "zh-CN"?: string;
                };
                more?: {
                    [key: string]: number;
                };
            }[];
        };
        Bin: {
            cursor?: string;
            items: {
                /** Format: date-time */
                deleted_at: string;
                deleted_by?: string;
                deletion: string;
                id: string;
                merged_into?: string;
                title: string;
            }[];
        };
        BinQuery: {
            cursor?: string;
            limit?: number;
        };
        BoardQuery: {
            by: string;
            expand?: string[];
            fields?: string[];
            /** @description 50 without it */
            limit?: number;
            search?: string;
            sort?: string[];
            sums?: string[];
            /** @description A condition ["stage","=","won"], or {"all":[…]}, {"any":[…]}, {"not":…} */
            where?: unknown;
        };
        BulkResults: {
            results: {
                _warnings?: components["schemas"]["FieldProblem"][];
                code?: string;
                detail?: string;
                errors?: components["schemas"]["FieldProblem"][];
                id: string;
                rev?: number;
                status: number;
                title?: string;
                type?: string;
            }[];
        };
        ButtonMeta: {
            form?: string[];
            key: string;
            title: components["schemas"]["Title"];
        };
        ButtonPressed: {
            run: string;
        };
        ButtonValues: {
            values?: {
                [key: string]: unknown;
            };
        };
        Change: {
            key: string;
            kind: string;
            op: string;
        };
        CheckResult: {
            problems: components["schemas"]["FieldProblem"][];
            warnings: components["schemas"]["FieldProblem"][];
        };
        ChildOf: {
            entity: string;
            field: string;
        };
        Choice: {
            color?: string;
            hidden?: boolean;
            key: string;
            retired?: boolean;
            title: components["schemas"]["Title"];
        };
        Comment: {
            at: string;
            by: string;
            entity: string;
            id: string;
            mentions?: string[];
            record: string;
            rev: number;
            text: string;
        };
        CommentDraft: {
            mentions?: string[];
            text: string;
        };
        Comments: {
            cursor?: string;
            items: components["schemas"]["Comment"][];
        };
        Confirmable: {
            key: string;
            kind: string;
            title?: components["schemas"]["Title"];
        };
        Confirmation: {
            confirm?: string[];
        };
        Conflict: {
            entity: string;
            field?: string;
            id: string;
            now?: unknown;
            path?: string;
            reason?: string;
        };
        ConversionReport: {
            entity: string;
            field: string;
            from: string;
            path: string;
            records: number;
            samples?: components["schemas"]["UnfitValue"][];
            to: string;
            unfit: number;
        };
        Credentials: {
            login: string;
            password: string;
        };
        Dashboard: {
            key: string;
            kind: string;
            roles?: string[];
            title: components["schemas"]["Title"];
            when?: string[];
            widgets: components["schemas"]["Widget"][];
        };
        Definition: {
            key: string;
            kind: string;
        } & {
            [key: string]: unknown;
        };
        Definitions: {
            definitions: unknown;
            version: number;
        };
        Difference: {
            /** Format: date-time */
            at: string;
            did: string[];
            entity: string;
            record: string;
            would: string[];
        };
        Document: {
            [key: string]: unknown;
        };
        Draft: {
            /** Format: date-time */
            at: string;
            base: number;
            by: string;
            definitions: components["schemas"]["Definition"][];
            id: string;
            note?: string;
            remove?: components["schemas"]["Ref"][];
            replace?: components["schemas"]["Replacement"][];
            rev: number;
            titles?: string;
        };
        Drafts: {
            items: components["schemas"]["Draft"][];
        };
        Effect: {
            code: string;
            definitions?: string[];
            message: components["schemas"]["Title"];
            path: string;
            people?: number;
            records: number;
            samples?: unknown;
        };
        EntityMeta: {
            assignment_rules?: components["schemas"]["RuleMeta"][];
            built_in?: boolean;
            buttons?: components["schemas"]["ButtonMeta"][];
            child_of?: components["schemas"]["ChildOf"];
            description?: components["schemas"]["Title"];
            fields: components["schemas"]["FieldMeta"][];
            key: string;
            machine?: components["schemas"]["MachineMeta"];
            machines?: components["schemas"]["MachineMeta"][];
            operations: string[];
            owner_field?: string;
            schema: {
                [key: string]: unknown;
            };
            title: components["schemas"]["Title"];
            title_field?: string;
        };
        Failure: {
            code: string;
            errors?: components["schemas"]["FailureEntry"][];
            message: string;
            texts: components["schemas"]["Title"];
        };
        FailureEntry: {
            code: string;
            message: string;
            path: string;
            texts: components["schemas"]["Title"];
        };
        FailureView: {
            code: string;
            errors?: components["schemas"]["FieldErrorView"][];
            message: string;
        };
        FieldErrorView: {
            code: string;
            message: string;
            path: string;
        };
        FieldMeta: {
            choices?: components["schemas"]["Choice"][];
            currency?: string;
            entity?: string;
            help?: components["schemas"]["Title"];
            keep_position?: boolean;
            key: string;
            max?: number;
            max_bytes?: number;
            media_types?: string[];
            readable: boolean;
            required?: boolean;
            result?: string;
            searchable?: boolean;
            title: components["schemas"]["Title"];
            type: string;
            writable: boolean;
        };
        FieldProblem: {
            code: string;
            message: string;
            /** @description JSON pointer into the request */
            path: string;
        } & {
            [key: string]: unknown;
        };
        File: {
            /** Format: date-time */
            at: string;
            id: string;
            media_type: string;
            name: string;
            sha256: string;
            size: number;
        };
        FileProgress: {
            columns?: components["schemas"]["ReadColumn"][];
            created: number;
            encoding?: string;
            encoding_guessed?: boolean;
            entity: string;
            failed: number;
            file: string;
            header?: number;
            ignored_columns?: string[];
            merged?: number;
            read: number;
            rows: number;
            sheet?: string;
            unchanged: number;
            updated: number;
        };
        Forced: {
            force?: boolean;
            note?: string;
        };
        Form: {
            devices?: string[];
            entity: string;
            extends?: string;
            key: string;
            kind: string;
            public?: components["schemas"]["PublicForm"];
            roles?: string[];
            sections: components["schemas"]["Section"][];
            title: components["schemas"]["Title"];
            when?: string[];
        };
        FormLink: {
            at: string;
            by: string;
            expires_at?: string;
            prefill?: {
                [key: string]: unknown;
            };
            token: string;
            url: string;
        };
        FormLinks: {
            items: components["schemas"]["FormLink"][];
        };
        FromTo: {
            from?: unknown;
            to?: unknown;
        };
        Guard: {
            at_least?: number;
            field?: string;
            fields?: string[];
            media_types?: string[];
            message?: components["schemas"]["Title"];
            roles?: string[];
            type: string;
            where?: unknown;
        };
        History: {
            cursor?: string;
            items: {
                /** Format: date-time */
                at: string;
                by?: string;
                cause?: string;
                changes: {
                    [key: string]: {
                        from?: unknown;
                        to?: unknown;
                    };
                };
                depth?: number;
                rev: number;
                /** @enum {string} */
                source: "api" | "form" | "bulk" | "import" | "transition" | "merge" | "undo" | "command" | "trigger" | "script" | "approval" | "public";
                version?: number;
            }[];
        };
        Impact: {
            changes: components["schemas"]["Change"][];
            effects: components["schemas"]["Effect"][];
        };
        Import: {
            at: string;
            by: string;
            by_login?: string;
            dry_run: boolean;
            failure?: components["schemas"]["Failure"];
            files: components["schemas"]["FileProgress"][];
            finished_at?: string;
            historical: boolean;
            id: string;
            mapping?: string;
            more_problems?: number;
            problems: components["schemas"]["ProblemGroup"][];
            state: string;
            undo?: components["schemas"]["UndoReport"];
            unused?: string[];
        };
        "Import.form": {
            file?: string[];
            /** @description A mapping, or the name of one */
            mapping?: string;
        };
        /** Format: binary */
        "Import.table": string;
        Imports: {
            items: components["schemas"]["Import"][];
        };
        Incident: {
            chain?: components["schemas"]["Link"][];
            closed_at?: string;
            closed_by?: string;
            count: number;
            detail?: string;
            entity?: string;
            field?: string;
            first_at: string;
            id: string;
            job?: string;
            kind: string;
            last_at: string;
            open: boolean;
            params?: {
                [key: string]: unknown;
            };
            reason?: string;
            record?: string;
            rev: number;
            script?: string;
            text: string;
            trigger?: string;
        };
        IncidentItem: {
            chain?: components["schemas"]["Link"][];
            closed_at?: string;
            closed_by?: string;
            count: number;
            detail?: string;
            entity?: string;
            field?: string;
            first_at: string;
            id: string;
            job?: string;
            kind: string;
            last_at: string;
            open: boolean;
            params?: {
                [key: string]: unknown;
            };
            reason?: string;
            record?: string;
            rev: number;
            script?: string;
            text: string;
            trigger?: string;
        };
        Incidents: {
            cursor?: string;
            items: components["schemas"]["IncidentItem"][];
        };
        Install: {
            confirmRoles?: boolean;
            keep?: string[];
            replace?: boolean;
            sampleData?: boolean;
            take?: string[];
        };
        Installed: {
            awaiting?: components["schemas"]["Confirmable"][];
            confirmed?: components["schemas"]["Confirmable"][];
            records: number;
            required?: components["schemas"]["RequiredPackage"][];
            version: number;
        };
        InstalledPackage: {
            awaiting?: components["schemas"]["Confirmable"][];
            confirmed?: components["schemas"]["Confirmable"][];
            records: number;
            version: number;
            warnings?: components["schemas"]["FieldProblem"][];
        };
        Job: {
            attempts: number;
            cause?: string;
            created_at: string;
            depth?: number;
            due: string;
            error?: string;
            id: string;
            kind: string;
            payload?: unknown;
            priority: number;
            state: string;
        };
        JobItem: {
            attempts: number;
            cause?: string;
            created_at: string;
            depth?: number;
            due: string;
            error?: string;
            id: string;
            kind: string;
            payload?: unknown;
            priority: number;
            state: string;
        };
        Jobs: {
            cursor?: string;
            items: components["schemas"]["JobItem"][];
        };
        KeptRecord: {
            code: string;
            entity: string;
            id: string;
            message: string;
            texts: components["schemas"]["Title"];
        };
        Line: {
            level: string;
            text: string;
        };
        Link: {
            by?: string;
            entity?: string;
            fields?: string[];
            key: string;
            kind: string;
            record?: string;
            run?: string;
        };
        MachineMeta: {
            field: string;
            initial: string;
            key: string;
            stages: components["schemas"]["StageMeta"][];
            title: components["schemas"]["Title"];
            transitions: components["schemas"]["TransitionMeta"][];
        };
        Me: {
            admin: boolean;
            departments: string[];
            id: string;
            language: string;
            login: string;
            name: string;
            roles: string[];
        };
        Menu: {
            dashboard?: string;
            entity?: string;
            title: components["schemas"]["Title"];
            view?: string;
        };
        Message: {
            step: string;
            text: components["schemas"]["Title"];
            to: string[];
        };
        Meta: {
            dashboards: components["schemas"]["Dashboard"][];
            entities: components["schemas"]["EntityMeta"][];
            forms: components["schemas"]["Form"][];
            menus: components["schemas"]["Menu"][];
            own_roles: components["schemas"]["RoleItem"][];
            roles: components["schemas"]["RoleItem"][];
            version: number;
            views: components["schemas"]["View"][];
        };
        MetaSchemas: {
            items: {
                folder?: string;
                kind: string;
                title: string;
            }[];
        };
        NewFormLink: {
            expires_at?: string;
            prefill?: {
                [key: string]: unknown;
            };
        };
        NewToken: {
            /** Format: date-time */
            expires_at?: string;
            name: string;
            role: string;
            user?: string;
        };
        NewTokenAnswer: {
            /** Format: date-time */
            created_at?: string;
            created_by?: string;
            /** Format: date-time */
            expires_at?: string;
            id: string;
            name?: string;
            prefix?: string;
            role?: string;
            token: string;
            /** Format: date-time */
            used_at?: string;
            user?: string;
        };
        Notification: {
            at: string;
            cause?: string;
            entity?: string;
            id: string;
            read: boolean;
            read_at?: string;
            record?: string;
            rev: number;
            text: components["schemas"]["Title"];
            user: string;
        };
        Notifications: {
            cursor?: string;
            items: components["schemas"]["Notification"][];
            unread: number;
        };
        NotificationsRead: {
            read: number;
        };
        OutsideCall: {
            body?: unknown;
            method: string;
            step: string;
            url: string;
        };
        Packages: {
            items: {
                /** Format: date-time */
                at: string;
                by: string;
                key: string;
                unconfirmed?: string[];
                version: string;
            }[];
        };
        PartialUpload: {
            /** Format: date-time */
            expires: string;
            file?: components["schemas"]["File"];
            id: string;
            length: number;
            name: string;
            offset: number;
        };
        Password: {
            password: string;
        };
        PastRun: {
            /** Format: date-time */
            at: string;
            calls?: components["schemas"]["OutsideCall"][];
            changes: components["schemas"]["TriggerChange"][];
            entity?: string;
            error?: components["schemas"]["FailureView"];
            event: string;
            messages?: components["schemas"]["Message"][];
            record?: string;
            run?: string;
        };
        Payload: {
            agent?: string;
            at: string;
            body: string;
            digest: string;
            form: string;
            id: string;
            lang?: string;
            network: string;
            prefill?: {
                [key: string]: unknown;
            };
            problem?: unknown;
            record: string;
            rev: number;
            state: string;
            suspicion?: string[];
            token: string;
            webhook?: boolean;
        };
        Payloads: {
            cursor?: string;
            items: components["schemas"]["Payload"][];
        };
        /** Format: binary */
        Piece: string;
        Place: {
            column: number;
            function?: string;
            line: number;
            script: string;
        };
        Preference: {
            at: string;
            key: string;
            value: unknown;
        };
        PreferenceValue: {
            value: unknown;
        };
        Problem: {
            /** @enum {string} */
            code: "malformed" | "unauthenticated" | "forbidden" | "not_found" | "method" | "guard" | "transition" | "unique" | "referenced" | "conflict" | "claimed" | "claim_limit" | "script" | "stale" | "too_large" | "media_type" | "invalid" | "rate" | "unavailable" | "outcome_unknown" | "storage_full" | "internal";
            detail: string;
            errors: components["schemas"]["FieldProblem"][];
            instance?: string;
            status: number;
            title: string;
            type: string;
        } & {
            [key: string]: unknown;
        };
        ProblemGroup: {
            code: string;
            column?: string;
            count: number;
            entity: string;
            field?: string;
            file: string;
            message: string;
            path?: string;
            problem?: string;
            rows: number[];
            texts: components["schemas"]["Title"];
            value?: string;
        };
        Proposal: {
            definitions: components["schemas"]["Definition"][];
            force?: boolean;
            note?: string;
            remove?: components["schemas"]["Ref"][];
            replace?: components["schemas"]["Replacement"][];
            /**
             * @description Language of the titles by which choices become text; their keys without it
             * @enum {string}
             */
            titles?: "" | "zh-CN" | "en";
        };
        PublicForm: {
            fields: components["schemas"]["FieldMeta"][];
            hidden: string[];
            honeypot: string;
            opened_at: string;
            prefill: {
                [key: string]: unknown;
            };
            schema: {
                [key: string]: unknown;
            };
            sections: components["schemas"]["Section"][];
            thanks?: components["schemas"]["Title"];
            title: components["schemas"]["Title"];
        };
        Published: {
            conversions?: components["schemas"]["ConversionReport"][];
            version: number;
            warnings?: components["schemas"]["FieldProblem"][];
        };
        Query: {
            /** @enum {string} */
            count?: "none" | "capped" | "exact";
            cursor?: string;
            expand?: string[];
            fields?: string[];
            /** @description 50 without it */
            limit?: number;
            search?: string;
            sort?: string[];
            /** @description A condition ["stage","=","won"], or {"all":[…]}, {"any":[…]}, {"not":…} */
            where?: unknown;
        };
        ReadColumn: {
            fields?: string[];
            header: string;
            samples?: string[];
        };
        ReadNotifications: {
            all?: boolean;
            ids?: string[];
        };
        Reason: {
            field?: string;
            required: boolean;
        };
        Receipt: {
            number: string;
            thanks?: components["schemas"]["Title"];
        };
        RecordDraft: {
            at: string;
            revision?: number;
            values: {
                [key: string]: unknown;
            };
        };
        RecordDraftValues: {
            revision?: number;
            values: {
                [key: string]: unknown;
            };
        };
        Ref: {
            key: string;
            kind: string;
        };
        Replacement: {
            entity: string;
            field: string;
            from: string;
            to: string;
        };
        RequiredPackage: {
            awaiting?: components["schemas"]["Confirmable"][];
            confirmed?: components["schemas"]["Confirmable"][];
            key: string;
            records: number;
        };
        RoleItem: {
            key: string;
            title: components["schemas"]["Title"];
        };
        Rows: {
            rows: {
                [key: string]: unknown;
            }[];
        };
        RuleMeta: {
            key: string;
            title: components["schemas"]["Title"];
        };
        RuleTrial: {
            definition?: unknown;
            entity?: string;
            id: string;
            key?: string;
        };
        Run: {
            as?: string;
            /** Format: date-time */
            at: string;
            by?: string;
            cause?: string;
            chain?: components["schemas"]["Link"][];
            depth: number;
            /** Format: date-time */
            ended_at?: string;
            entity?: string;
            error?: components["schemas"]["FailureView"];
            event: string;
            id: string;
            incident?: string;
            record?: string;
            /** Format: date-time */
            resume?: string;
            /** Format: date-time */
            started_at?: string;
            state: string;
            steps: components["schemas"]["StepView"][];
            trigger: string;
            version: number;
        };
        RunRetry: {
            from?: string;
        };
        RunUndo: {
            dry_run?: boolean;
        };
        RunUndone: {
            conflicts: components["schemas"]["Conflict"][];
            reverted: number;
        };
        Runs: {
            cursor?: string;
            items: components["schemas"]["TriggerView"][];
        };
        ScriptFailure: {
            column?: number;
            limit?: string;
            line?: number;
            message: string;
            name?: string;
            script: string;
            stack?: components["schemas"]["Place"][];
        };
        ScriptTrial: {
            definition?: Record<string, unknown>;
            entity?: string;
            event?: string;
            id?: string;
            key?: string;
            values?: {
                [key: string]: unknown;
            };
        };
        ScriptTrialAnswer: {
            calls: number;
            changes: components["schemas"]["TrialChange"][];
            cpu: number;
            error?: components["schemas"]["ScriptFailure"];
            log: components["schemas"]["Line"][];
            memory: number;
            ms: number;
            problems: components["schemas"]["TrialProblem"][];
            requests: number;
            result?: unknown;
        };
        Section: {
            columns?: number;
            fields: string[];
            title?: components["schemas"]["Title"];
        };
        SessionToken: {
            token: string;
        };
        Sessions: {
            items: {
                address?: string;
                agent?: string;
                /** Format: date-time */
                created_at?: string;
                /** @description The session that asks */
                current?: boolean;
                /** Format: date-time */
                expires_at?: string;
                id: string;
                /** Format: date-time */
                used_at?: string;
                user: string;
            }[];
        };
        Settings: {
            _warnings?: components["schemas"]["FieldProblem"][];
            /** @description Working hours by weekday, holidays by year */
            calendar: {
                [key: string]: unknown;
            };
            /** @description ISO 4217 */
            currency: string;
            /** @enum {string} */
            first_weekday: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
            /** @enum {string} */
            language: "zh-CN" | "en";
            name: string;
            /** @description IANA time zone in which days begin */
            zone: string;
        };
        SettingsPatch: {
            calendar?: {
                [key: string]: unknown;
            } | null;
            currency?: string | null;
            first_weekday?: ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday") | null;
            language?: ("zh-CN" | "en") | null;
            name?: string | null;
            zone?: string | null;
        };
        StageMeta: {
            enter?: components["schemas"]["Guard"][];
            key: string;
            lock?: string[];
            probability?: number;
            retired?: boolean;
            stay?: components["schemas"]["Guard"][];
            title: components["schemas"]["Title"];
            type: string;
        };
        StepView: {
            /** Format: date-time */
            at: string;
            error?: components["schemas"]["FailureView"];
            input?: unknown;
            key: string;
            ms: number;
            record?: string;
            result?: unknown;
            state: string;
            type: string;
        };
        Submission: {
            values: {
                [key: string]: unknown;
            };
        };
        Templates: {
            items: {
                description?: components["schemas"]["Title"];
                key: string;
                title: components["schemas"]["Title"];
                version: string;
            }[];
        };
        Title: {
            en?: string;
            "zh-CN"?: string;
        };
        Token: {
            /** Format: date-time */
            created_at?: string;
            created_by?: string;
            /** Format: date-time */
            expires_at?: string;
            id: string;
            name: string;
            prefix: string;
            role?: string;
            /** Format: date-time */
            used_at?: string;
            user: string;
        };
        Tokens: {
            items: components["schemas"]["Token"][];
        };
        TransitionMeta: {
            allowed: boolean;
            direction: string;
            form?: string[];
            from: string[];
            guards?: components["schemas"]["Guard"][];
            key: string;
            reason?: components["schemas"]["Reason"];
            set?: string[];
            title: components["schemas"]["Title"];
            to: string;
        };
        TrialChange: {
            entity: string;
            id?: string;
            op: string;
            values?: {
                [key: string]: unknown;
            };
        };
        TrialProblem: {
            code: string;
            message: components["schemas"]["Title"];
            path: string;
        };
        TriggerChange: {
            entity: string;
            fields?: {
                [key: string]: components["schemas"]["FromTo"];
            };
            id: string;
            op: string;
            step?: string;
        };
        TriggerReplay: {
            definition?: Record<string, unknown>;
            /** Format: date-time */
            from?: string;
            key?: string;
            limit?: number;
            /** Format: date-time */
            to?: string;
        };
        TriggerReplayAnswer: {
            did: components["schemas"]["PastRun"][];
            differences: components["schemas"]["Difference"][];
            events: number;
            would: components["schemas"]["PastRun"][];
        };
        TriggerTrial: {
            definition?: Record<string, unknown>;
            entity?: string;
            id?: string;
            key?: string;
        };
        TriggerTrialAnswer: {
            calls: components["schemas"]["OutsideCall"][];
            changes: components["schemas"]["TriggerChange"][];
            matches: boolean;
            messages: components["schemas"]["Message"][];
            steps: components["schemas"]["StepView"][];
        };
        TriggerView: {
            as?: string;
            /** Format: date-time */
            at: string;
            by?: string;
            cause?: string;
            chain?: components["schemas"]["Link"][];
            depth: number;
            /** Format: date-time */
            ended_at?: string;
            entity?: string;
            error?: components["schemas"]["FailureView"];
            event: string;
            id: string;
            incident?: string;
            record?: string;
            /** Format: date-time */
            resume?: string;
            /** Format: date-time */
            started_at?: string;
            state: string;
            steps: components["schemas"]["StepView"][];
            trigger: string;
            version: number;
        };
        UndoReport: {
            deleted: {
                [key: string]: number;
            };
            dry_run?: boolean;
            kept?: components["schemas"]["KeptRecord"][];
            kept_count?: number;
            restored: {
                [key: string]: number;
            };
        };
        UnfitValue: {
            id: string;
            records: number;
            value: unknown;
        };
        Upload: {
            /** Format: binary */
            file: string;
        };
        Version: {
            /** Format: date-time */
            at: string;
            by: string;
            cause: string;
            changes: components["schemas"]["Change"][];
            conversions?: components["schemas"]["ConversionReport"][];
            id: string;
            note?: string;
            of?: string;
            rev: number;
            version: number;
        };
        Versions: {
            items: components["schemas"]["Version"][];
        };
        View: {
            by?: string;
            columns?: string[];
            entity: string;
            extends?: string;
            key: string;
            kind: string;
            roles?: string[];
            sort?: string[];
            sums?: string[];
            title: components["schemas"]["Title"];
            type: string;
            when?: string[];
            where?: unknown;
        };
        Widget: {
            entity: string;
            groupBy?: unknown[];
            key: string;
            limit?: number;
            metrics: {
                [key: string]: unknown;
            };
            sort?: string[];
            title: components["schemas"]["Title"];
            type: string;
            where?: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
        };
    };
    access_explain: {
        parameters: {
            query?: {
                /** @description Id or login */
                user?: string;
                /** @description Key of the entity */
                entity?: string;
                /** @description Id of a record */
                id?: string;
                /** @description Operation */
                op?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Anything"];
                };
            };
        };
    };
    assignment_reasons: {
        parameters: {
            query?: {
                /** @description Of records of this entity */
                entity?: string;
                /** @description By this rule */
                rule?: string;
                /** @description From this day or moment on */
                from?: string;
                /** @description Up to this day or moment */
                to?: string;
                /** @description How many reasons; 5 without it */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssignmentReasons"];
                };
            };
        };
    };
    backup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    post_builder_assignment_rules_try: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleTrial"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssignAnswer"];
                };
            };
        };
    };
    post_builder_check: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proposal"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckResult"];
                };
            };
        };
    };
    get_builder_definitions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Definitions"];
                };
            };
        };
    };
    get_builder_drafts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drafts"];
                };
            };
        };
    };
    get_builder_drafts_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Revision; If-Match takes it */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
        };
    };
    put_builder_drafts_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description The revision the caller saw; another one is 412 */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proposal"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Revision; If-Match takes it */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    /** @description Revision; If-Match takes it */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
        };
    };
    delete_builder_drafts_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_builder_drafts_name_check: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Forced"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckResult"];
                };
            };
        };
    };
    post_builder_drafts_name_impact: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Forced"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Impact"];
                };
            };
        };
    };
    post_builder_drafts_name_publish: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Forced"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Published"];
                };
            };
        };
    };
    post_builder_impact: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proposal"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Impact"];
                };
            };
        };
    };
    get_builder_packages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Packages"];
                };
            };
        };
    };
    post_builder_packages: {
        parameters: {
            query?: {
                /** @description Confirm its roles */
                confirm_roles?: boolean;
                /** @description Replace definitions that were changed here */
                overwrite?: boolean;
                /** @description Add its sample records */
                sample_data?: boolean;
                /** @description Replace an installed package of the same key that differs */
                replace?: boolean;
                /** @description A definition, as kind/key, whose present version is kept */
                keep?: string;
                /** @description A definition, as kind/key, whose version of the package is taken */
                take?: string;
            };
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/zip": components["schemas"]["Archive"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstalledPackage"];
                };
            };
        };
    };
    get_builder_packages_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": components["schemas"]["Archive"];
                };
            };
        };
    };
    post_builder_packages_key_confirm: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstalledPackage"];
                };
            };
        };
    };
    post_builder_publish: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proposal"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Published"];
                };
            };
        };
    };
    get_builder_schemas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetaSchemas"];
                };
            };
        };
    };
    get_builder_schemas_kind: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/schema+json": components["schemas"]["Document"];
                };
            };
        };
    };
    script_try: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScriptTrial"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptTrialAnswer"];
                };
            };
        };
    };
    trigger_replay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TriggerReplay"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerReplayAnswer"];
                };
            };
        };
    };
    trigger_try: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TriggerTrial"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerTrialAnswer"];
                };
            };
        };
    };
    get_builder_versions: {
        parameters: {
            query?: {
                /** @description Versions before this one */
                before?: number;
                /** @description Versions of a page */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Versions"];
                };
            };
        };
    };
    get_builder_versions_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Definitions"];
                };
            };
        };
    };
    post_builder_versions_version_rollback: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Published"];
                };
            };
        };
    };
    file_upload: {
        parameters: {
            query?: {
                /** @description Entity of the record the file is for */
                entity?: string;
                /** @description Field the file is for: its limits hold at once, and whether pictures keep their position */
                field?: string;
            };
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["Upload"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description Where the new resource is */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
        };
    };
    upload_begin: {
        parameters: {
            query?: {
                /** @description Entity of the record the file is for */
                entity?: string;
                /** @description Field the file is for: its limits hold at once, and whether pictures keep their position */
                field?: string;
            };
            header?: {
                /** @description Size of the whole file in bytes */
                "Upload-Length"?: number;
                /** @description Version of the protocol; 1.0.0 where it is missing */
                "Tus-Resumable"?: "1.0.0";
                /** @description filename and filetype, each followed by its value in base64, separated by commas */
                "Upload-Metadata"?: string;
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/offset+octet-stream": components["schemas"]["Piece"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description Where the new resource is */
                    Location?: string;
                    /** @description Version of the protocol */
                    "Tus-Resumable"?: string;
                    /** @description When an unfinished upload is removed */
                    "Upload-Expires"?: string;
                    /** @description Size of the whole file in bytes */
                    "Upload-Length"?: number;
                    /** @description Bytes of the upload that are stored */
                    "Upload-Offset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartialUpload"];
                };
            };
        };
    };
    upload_capabilities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    upload_get: {
        parameters: {
            query?: never;
            header?: {
                /** @description Version of the protocol; 1.0.0 where it is missing */
                "Tus-Resumable"?: "1.0.0";
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Version of the protocol */
                    "Tus-Resumable"?: string;
                    /** @description When an unfinished upload is removed */
                    "Upload-Expires"?: string;
                    /** @description Size of the whole file in bytes */
                    "Upload-Length"?: number;
                    /** @description Bytes of the upload that are stored */
                    "Upload-Offset"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartialUpload"];
                };
            };
        };
    };
    upload_override: {
        parameters: {
            query?: never;
            header?: {
                /** @description The method */
                "X-HTTP-Method-Override"?: "GET" | "HEAD" | "PATCH" | "DELETE";
                /** @description Where the bytes of this request begin, for PATCH */
                "Upload-Offset"?: number;
                /** @description Version of the protocol; 1.0.0 where it is missing */
                "Tus-Resumable"?: "1.0.0";
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/offset+octet-stream": components["schemas"]["Piece"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartialUpload"];
                };
            };
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    upload_end: {
        parameters: {
            query?: never;
            header?: {
                /** @description Version of the protocol; 1.0.0 where it is missing */
                "Tus-Resumable"?: "1.0.0";
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    upload_options: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    upload_append: {
        parameters: {
            query?: never;
            header?: {
                /** @description Where the bytes of this request begin */
                "Upload-Offset"?: number;
                /** @description Version of the protocol; 1.0.0 where it is missing */
                "Tus-Resumable"?: "1.0.0";
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/offset+octet-stream": components["schemas"]["Piece"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    /** @description Version of the protocol */
                    "Tus-Resumable"?: string;
                    /** @description When an unfinished upload is removed */
                    "Upload-Expires"?: string;
                    /** @description Size of the whole file in bytes */
                    "Upload-Length"?: number;
                    /** @description Bytes of the upload that are stored */
                    "Upload-Offset"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    file_download: {
        parameters: {
            query?: {
                /** @description 1 shows pictures and PDF in place */
                inline?: "1";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description Partial Content */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    file_thumbnail: {
        parameters: {
            query?: {
                /** @description Longer edge: 160, 640 or 1600 pixels */
                size?: "small" | "medium" | "large";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description Partial Content */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    link_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                form: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FormLinks"];
                };
            };
        };
    };
    link_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                form: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewFormLink"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FormLink"];
                };
            };
        };
    };
    link_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                form: string;
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_call: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Anything"];
                "application/x-www-form-urlencoded": components["schemas"]["Anything"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
        };
    };
    mapping_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Anything"];
                };
            };
        };
    };
    mapping_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Anything"];
                };
            };
        };
    };
    mapping_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Anything"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Anything"];
                };
            };
        };
    };
    import_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imports"];
                };
            };
        };
    };
    import_create: {
        parameters: {
            query?: {
                /** @description Say what would happen, change nothing */
                dry_run?: boolean;
                /** @description Name of a saved mapping */
                mapping?: string;
                /** @description Set past stages and dates */
                historical?: boolean;
                /** @description Sheet of a workbook; the first visible one */
                sheet?: string;
                /** @description Number of the row with the column names */
                header_row?: number;
                /** @description Encoding of a text file, such as GB18030 or Windows-1252 */
                encoding?: string;
                /** @description Field by which rows find records, when there is no mapping */
                key?: string;
            };
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": components["schemas"]["Import.table"];
                "multipart/form-data": components["schemas"]["Import.form"];
                "text/csv": components["schemas"]["Import.table"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where the new resource is */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
        };
    };
    import_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
        };
    };
    import_problems: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": unknown;
                };
            };
        };
    };
    import_undo: {
        parameters: {
            query?: {
                /** @description Say what would happen, change nothing */
                dry_run?: boolean;
            };
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Anything"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where the new resource is */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
        };
    };
    incident_list: {
        parameters: {
            query?: {
                /** @description true: those that are not closed */
                open?: boolean;
                /** @description Where the last page ended */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incidents"];
                };
            };
        };
    };
    incident_close: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Anything"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
        };
    };
    job_list: {
        parameters: {
            query?: {
                /** @description Kind of job */
                kind?: string;
                /** @description waiting, running or failed */
                state?: string;
                /** @description Where the last page ended */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Jobs"];
                };
            };
        };
    };
    job_cancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Anything"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    job_retry: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Anything"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    meta: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Meta"];
                };
            };
        };
    };
    notification_list: {
        parameters: {
            query?: {
                /** @description true: those that are not read */
                unread?: boolean;
                /** @description Where the last page ended */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notifications"];
                };
            };
        };
    };
    notification_read: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadNotifications"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationsRead"];
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Anything"];
                };
            };
        };
    };
    payload_list: {
        parameters: {
            query?: {
                /** @description Key of the form */
                form?: string;
                /** @description received, done or refused */
                state?: string;
                /** @description Where the last page ended */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payloads"];
                };
            };
        };
    };
    payload_replay: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Anything"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payload"];
                };
            };
        };
    };
    preference_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preference"];
                };
            };
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    preference_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreferenceValue"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preference"];
                };
            };
        };
    };
    public_form_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicForm"];
                };
            };
        };
    };
    public_form_submit: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Submission"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
        };
    };
    public_form_options: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    run_list: {
        parameters: {
            query?: {
                /** @description Key of the trigger */
                trigger?: string;
                /** @description Entity of the record */
                entity?: string;
                /** @description The record */
                id?: string;
                /** @description waiting, running, done, failed, stopped or undone */
                state?: string;
                /** @description Where the last page ended */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Runs"];
                };
            };
        };
    };
    run_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    run_cancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Anything"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    run_retry: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunRetry"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    run_undo: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunUndo"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunUndone"];
                };
            };
        };
    };
    session_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionToken"];
                };
            };
        };
    };
    session_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    session_list: {
        parameters: {
            query?: {
                /** @description Another user's id, for administrators */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sessions"];
                };
            };
        };
    };
    session_revokeOthers: {
        parameters: {
            query?: {
                /** @description Another user's id, for administrators */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    session_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    settings_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Revision; If-Match takes it */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
        };
    };
    settings_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The revision the caller saw; another one is 412 */
                "If-Match"?: string;
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsPatch"];
                "application/merge-patch+json": components["schemas"]["SettingsPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Revision; If-Match takes it */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
        };
    };
    template_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Templates"];
                };
            };
        };
    };
    template_uninstall: {
        parameters: {
            query?: {
                /** @description keep: its records stay out of sight; remove: they are deleted */
                data?: "keep" | "remove";
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installed"];
                };
            };
        };
    };
    template_install: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Install"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installed"];
                };
            };
        };
    };
    token_list: {
        parameters: {
            query?: {
                /** @description Another user's id, for administrators */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
        };
    };
    token_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with the same key and body is answered again, not done again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewTokenAnswer"];
                };
            };
        };
    };
    token_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    password_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Password"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Anything"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Anything"];
                };
            };
        };
    };
}
