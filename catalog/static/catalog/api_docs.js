// Swagger UI on our own schema; calls are made in one's own session.

const root = document.getElementById("calls");

SwaggerUIBundle({
  domNode: root,
  url: root.dataset.schema,
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    request.headers["X-CSRFToken"] = root.dataset.token;
    return request;
  },
});
