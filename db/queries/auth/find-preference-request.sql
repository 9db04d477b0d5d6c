-- The hash of a user's earlier request with this id.
-- userId text, requestId text
SELECT sha256 FROM preference_request WHERE user_id = ${userId} AND request_id = ${requestId}
