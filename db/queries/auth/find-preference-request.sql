-- What a request of a user's asked that was answered before.
-- userId text, requestId text
SELECT sha256 FROM preference_request WHERE user_id = ${userId} AND request_id = ${requestId}
