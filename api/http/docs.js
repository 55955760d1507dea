"use strict";
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "openapi.json",
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
});
